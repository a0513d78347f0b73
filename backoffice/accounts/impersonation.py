"""Support in a customer's name: who may, what the session holds meanwhile, and what is not done in it."""

from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from backoffice.accounts.models import User

#: Seconds after which it ends, whatever is being done.
LASTS_SECONDS = 60 * 60
PERMISSION = "accounts.impersonate_user"
_KEY = "impersonation"

#: Who really sends the request that is being answered, where that is support in a customer's name.
impersonator: ContextVar[int | None] = ContextVar("impersonator", default=None)


@dataclass(frozen=True, slots=True)
class Impersonation:
    """What a session holds while support acts in a customer's name."""

    support_id: int
    user_id: int
    #: Seconds since 1970.
    since: float
    #: Of the support person's own sign-in: another password ends this one too.
    support_hash: str
    #: The customer's organizations, as the banner names them.
    of: str

    def is_of(self, support: User) -> bool:
        """Whether the support person's password is still the one they signed in with."""
        return constant_time_compare(support.get_session_auth_hash(), self.support_hash)


def may_impersonate(*, support: Any, customer: User) -> bool:
    """With a permission of its own, which superusers have. Nobody is signed in as colleagues, as themselves, or as people who could not sign in."""
    allowed = support.is_active and support.is_staff and support.has_perm(PERMISSION)
    colleague = customer.is_staff or customer.is_superuser
    return bool(allowed and customer.is_active and not colleague and customer.pk != support.pk)


def hold(session: SessionBase, held: Impersonation) -> None:
    session[_KEY] = asdict(held)


def held_in(session: SessionBase) -> Impersonation | None:
    """What the session holds, whether or not it still counts."""
    found = session.get(_KEY)
    return Impersonation(**found) if found else None


def impersonation(request: HttpRequest) -> Impersonation | None:
    """That of the request; None for people who are themselves."""
    session = getattr(request, "session", None)
    # Asking for the user is what ends one that is over.
    if session is None or not request.user.is_authenticated:
        return None
    return held_in(session)


def refused_to_support(request: HttpRequest) -> HttpResponseRedirect | None:
    """Where support is told that only the customer does this; None for people who are themselves."""
    if impersonation(request) is None:
        return None
    return HttpResponseRedirect(reverse("tenancy:support_refused"), status=303)


def banner(request: HttpRequest) -> dict[str, Any]:
    """Context processor, for the layout: as whom of which organization support is signed in. Lazy, as fragments have no banner."""

    def built() -> dict[str, str] | None:
        held = impersonation(request)
        if held is None:
            return None
        organization = getattr(request, "organization", None)
        return {"name": str(request.user), "of": str(organization) if organization else held.of}

    return {"impersonation": SimpleLazyObject(built)}
