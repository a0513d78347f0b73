"""Integrations with their settings, and developer API keys whose text a test may use."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from integrations import api_keys
from integrations.models import ApiKey, Integration, Run, RunState, Trigger
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import OrganizationFactory


class IntegrationFactory(DjangoModelFactory[Integration]):
    """An integration as it stands right after it was added: it still needs its settings."""

    class Meta:
        model = Integration

    class Params:
        deactivated = factory.Trait(deactivated_at=factory.LazyFunction(timezone.now))

    store = factory.SubFactory(LicensedStoreFactory)
    provider_slug = "custom-webhook"


class RunFactory(DjangoModelFactory[Run]):
    """A run that is over, and of which nothing failed."""

    class Meta:
        model = Run

    integration = factory.SubFactory(IntegrationFactory)
    action = "pull_orders"
    trigger = Trigger.MANUAL
    state = RunState.SUCCEEDED
    finished_at = factory.LazyFunction(timezone.now)


class ApiKeyFactory(DjangoModelFactory[ApiKey]):
    """A key made as the product makes it; `key.text` is what a client sends."""

    class Meta:
        model = ApiKey

    store = factory.SubFactory(LicensedStoreFactory)
    name = "Till"

    @classmethod
    def _create(cls, model_class: type[ApiKey], *args: Any, **kwargs: Any) -> ApiKey:
        by, test, scopes = (
            kwargs.pop(name, default) for name, default in (("by", None), ("test", False), ("scopes", None))
        )
        new = api_keys.create(store=kwargs.pop("store"), name=kwargs.pop("name"), by=by, test=test, scopes=scopes)
        for name, value in kwargs.items():
            setattr(new.row, name, value)
        if kwargs:
            new.row.save(update_fields=list(kwargs))
        new.row.text = new.text  # type: ignore[attr-defined]
        return new.row


class OrganizationKeyFactory(DjangoModelFactory[ApiKey]):
    """A key of an organization that opens every store of it; `key.text` is what a client sends."""

    class Meta:
        model = ApiKey

    organization = factory.SubFactory(OrganizationFactory)

    @classmethod
    def _create(cls, model_class: type[ApiKey], *args: Any, **kwargs: Any) -> ApiKey:
        wishes = api_keys.Wishes(
            name="Tills", **{name: kwargs.pop(name) for name in ("scopes", "stores") if name in kwargs}
        )
        new = api_keys.create_for_organization(wishes=wishes, by=None, **kwargs)
        new.row.text = new.text  # type: ignore[attr-defined]
        return new.row
