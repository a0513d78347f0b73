"""Who may open a page: each view declares its tenant and permission, and the tenant is resolved once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django_htmx.middleware import HtmxDetails

from backoffice.accounts.models import User
from backoffice.tenancy.memberships import NotAMember, membership_transaction
from backoffice.tenancy.models import Member, Organization, Store
from backoffice.tenancy.permissions import Permission
from backoffice.web.errors import method_not_allowed

P = ParamSpec("P")


class UserRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User
    htmx: HtmxDetails


class OrganizationRequest(UserRequest):
    """A request of a member, in the organization its address names."""

    organization: Organization
    member: Member


class StoreRequest(OrganizationRequest):
    """A request of a member who reaches the store its address names."""

    store: Store


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declared about who may use it; the architecture and permission tests read it."""

    scope: Literal["user", "organization", "store"]
    permission: Permission | None
    methods: tuple[str, ...]


UserView = Callable[Concatenate[UserRequest, P], HttpResponseBase]
OrganizationView = Callable[Concatenate[OrganizationRequest, P], HttpResponseBase]
StoreView = Callable[Concatenate[StoreRequest, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def _not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponseBase | None:
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)
    return None if request.method in allowed else method_not_allowed(request, allow=methods)


def user_view(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[UserView[P]], View]:
    """A page for anyone who is signed in, whatever their organizations."""

    def decorate(view: UserView[P]) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return _not_allowed(request, methods) or view(cast("UserRequest", request), *args, **kwargs)

        wrapper.access = Access("user", None, methods)  # type: ignore[attr-defined]
        return wrapper

    return decorate


def organization_view(
    permission: Permission, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[OrganizationView[P]], View]:
    """A page of the organization in the address (`organization` is taken from the URL).

    Signed out goes to sign-in; not a member is 404; a member without `permission` is 403; then a wrong method is 405. The view runs in
    one tenant transaction.
    """

    def decorate(view: OrganizationView[P]) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, organization: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            with _entered(request, organization) as tenant_request:
                return _checked(tenant_request, permission, methods) or view(tenant_request, *args, **kwargs)

        wrapper.access = Access("organization", permission, methods)  # type: ignore[attr-defined]
        return wrapper

    return decorate


def store_view(
    permission: Permission,
    *,
    methods: tuple[str, ...] = ("GET",),
    one_transaction: bool = True,
    when_closed: bool = False,
) -> Callable[[StoreView[P]], View]:
    """A page of the store in the address (`organization` and `store` are taken from the URL); answers as `organization_view` does.

    A closed store has no pages but its home page and those that say `when_closed`: the others lead home, which says so.

    A store that the member does not reach is 404, as a store that is not there. A view that calls a service says `one_transaction=False`
    and opens tenant transactions of its own, so that none is open while the service is waited for.
    """

    def decorate(view: StoreView[P]) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, organization: str, store: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            with _entered(request, organization) as tenant_request:
                store_request = cast("StoreRequest", tenant_request)
                store_request.store = _reached(store_request, store)
                refused = _checked(store_request, permission, methods)
                if refused is None and store_request.store.closed_at is not None and not when_closed:
                    refused = HttpResponseRedirect(store_request.store.get_absolute_url(), status=303)
                if refused is not None or one_transaction:
                    return refused or view(store_request, *args, **kwargs)
            return view(store_request, *args, **kwargs)

        wrapper.access = Access("store", permission, methods)  # type: ignore[attr-defined]
        return wrapper

    return decorate


@contextmanager
def _entered(request: HttpRequest, slug: str) -> Iterator[OrganizationRequest]:
    """The transaction of the organization with this address, if the signed-in person is a member. Raises Http404."""
    tenant_request = cast("OrganizationRequest", request)
    try:
        with membership_transaction(tenant_request.user.pk, slug) as member:
            tenant_request.member, tenant_request.organization = member, member.organization
            yield tenant_request
    except NotAMember:
        raise Http404 from None


def _reached(request: OrganizationRequest, code: str) -> Store:
    found = request.member.every_store_reached().with_code(request.organization.pk, code).first()
    if found is None:
        raise Http404
    found.organization = request.organization
    return found


def _checked(request: OrganizationRequest, permission: Permission, methods: tuple[str, ...]) -> HttpResponseBase | None:
    if not request.member.may(permission):
        raise PermissionDenied
    return _not_allowed(request, methods)
