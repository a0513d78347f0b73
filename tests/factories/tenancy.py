"""Organizations, stores and members, and the personas that every page is tried by."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import factory
from factory.django import DjangoModelFactory

from backoffice.accounts.models import User
from backoffice.tenancy.models import Member, Organization, Store, StoreGroup
from tests.factories.accounts import UserFactory


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")


class StoreFactory(DjangoModelFactory[Store]):
    class Meta:
        model = Store

    organization = factory.SubFactory(OrganizationFactory)
    code = factory.Sequence(lambda n: f"S{n:04}")
    name = factory.Sequence(lambda n: f"Store {n}")
    timezone = "America/New_York"
    currency = "USD"


class StoreGroupFactory(DjangoModelFactory[StoreGroup]):
    class Meta:
        model = StoreGroup

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Group {n}")


class MemberFactory(DjangoModelFactory[Member]):
    """A member by persona: `MemberFactory(viewer=True, organization=..., stores=[...])`.

    `stores` are those a store owner or viewer is given. A stranger runs an organization of their own.
    """

    class Meta:
        model = Member
        skip_postgeneration_save = True

    class Params:
        owner = factory.Trait(role_code="owner", user__name="Olivia Owner")
        enterprise_admin = factory.Trait(role_code="enterprise_admin", user__name="Ada Admin")
        store_owner = factory.Trait(role_code="store_owner", user__name="Steve Store")
        viewer = factory.Trait(role_code="viewer", user__name="Vera Viewer")
        stranger = factory.Trait(
            role_code="owner", user__name="Stan Stranger", organization=factory.SubFactory(OrganizationFactory)
        )

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    role_code = "owner"

    @factory.post_generation
    def stores(self: Member, create: bool, extracted: list[Store] | None, **_kwargs: Any) -> None:
        if create and extracted:
            self.given_stores.set(extracted)


@dataclass(frozen=True, slots=True)
class Personas:
    """The five who try every page: four roles in the store's organization, and a stranger to it."""

    owner: User
    enterprise_admin: User
    store_owner: User
    viewer: User
    stranger: User

    def insiders(self) -> Iterator[User]:
        yield from (self.owner, self.enterprise_admin, self.store_owner, self.viewer)


def make_personas(store: Store) -> Personas:
    """A user for each persona of the store's organization; store owner and viewer are given this store alone."""
    organization = store.organization

    def user(**traits: Any) -> User:
        return MemberFactory.create(**traits).user

    return Personas(
        owner=user(owner=True, organization=organization),
        enterprise_admin=user(enterprise_admin=True, organization=organization),
        store_owner=user(store_owner=True, organization=organization, stores=[store]),
        viewer=user(viewer=True, organization=organization, stores=[store]),
        stranger=user(stranger=True),
    )
