"""Support acts in a customer's name: how it begins, how it ends, and one audit row for each in each of the customer's organizations."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from hijack.views import AcquireUserView, ReleaseUserView

from backoffice.accounts.impersonation import (
    LASTS_SECONDS,
    Impersonation,
    held_in,
    hold,
    impersonator,
    may_impersonate,
    refused_to_support,
)
from backoffice.accounts.models import User
from backoffice.accounts.sessions import SIGNED_IN_AT
from backoffice.tenancy import audit
from backoffice.tenancy.memberships import memberships_of
from backoffice.tenancy.models import Organization
from backoffice.tenancy.transactions import across_tenants

#: A banner names this many organizations, and an audit row stands in each of as many as a person could be shown.
_NAMED = 3
_MOST = 100


class TakeOnView(AcquireUserView):  # type: ignore[misc]  # hijack is untyped
    """Signs support in as the customer whose number is `object_id`; the caller has asked for the password and the `reason`."""

    reason = ""
    success_url = "/"

    def test_func(self) -> bool:
        return held_in(self.request.session) is None and may_impersonate(
            support=self.request.user, customer=self.get_object()
        )

    def get_permission_denied_message(self) -> str:
        return _("Support signs in as active customers alone, never as colleagues, and needs a permission of its own.")

    def get_object(self, queryset: Any = None) -> User:
        return get_object_or_404(User, pk=self.kwargs["object_id"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        support, customer = _person(request), self.get_object()
        signed_in_at = request.session.get(SIGNED_IN_AT, time.time())
        response: HttpResponseBase = super().post(request, *args, **kwargs)
        organizations = _organizations_of(customer)
        names = [str(organization) for organization in organizations[:_NAMED]]
        held = Impersonation(
            support_id=support.pk,
            user_id=customer.pk,
            since=time.time(),
            support_hash=support.get_session_auth_hash(),
            of=", ".join(names) + ("…" if len(organizations) > _NAMED else ""),
        )
        hold(request.session, held)
        # The limit of the whole session goes on from where support signed in.
        request.session[SIGNED_IN_AT] = signed_in_at
        _record("support.impersonation_started", support=support, customer=customer, changes={"reason": self.reason})
        return response


class GiveBackView(ReleaseUserView):  # type: ignore[misc]  # hijack is untyped
    """Gives support their own identity back, in a session that has confirmed no password."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        customer = _person(request)
        signed_in_at = request.session.get(SIGNED_IN_AT, time.time())
        impersonator.set(None)
        super().post(request, *args, **kwargs)
        request.session[SIGNED_IN_AT] = signed_in_at
        _record("support.impersonation_ended", support=_person(request), customer=customer, changes={"by": "stop"})
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[customer.pk]), status=303)


class ImpersonationMiddleware:
    """Looks at each request's impersonation before anything learns who the user is; what is over ends the session.

    Stands behind Django's AuthenticationMiddleware. Where nobody asks for the user, no session is read; the pages of the account are the
    customer's alone, but for signing out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(partial(_user_of, request))  # type: ignore[assignment]  # as Django's own
        token = impersonator.set(None)
        try:
            return self.get_response(request)
        finally:
            impersonator.reset(token)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not name.startswith("account_") or name == "account_logout":
            return None
        return refused_to_support(request)


def end_with_session(*, request: HttpRequest | None, user: User | None, **kwargs: object) -> None:
    """Receiver of `user_logged_out`: whoever signs out in a customer's name, or was idle for too long, is signed out altogether."""
    del kwargs
    held = held_in(request.session) if request is not None else None
    if held is None or user is None:
        return
    impersonator.set(None)
    _record(
        "support.impersonation_ended",
        support=User.objects.get(pk=held.support_id),
        customer=user,
        changes={"by": "sign-out"},
    )


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    # Read first: Django empties the session of a user whose password was changed.
    held = held_in(request.session)
    found = get_user(request)
    if held is None:
        return found
    support = User.objects.filter(pk=held.support_id).first()
    over = _why_over(held, support, found)
    if not over:
        impersonator.set(held.support_id)
        return found
    request.session.flush()
    customer = User.objects.filter(pk=held.user_id).first()
    if support is not None and customer is not None:
        _record("support.impersonation_ended", support=support, customer=customer, changes={"by": over})
    return AnonymousUser()


def _why_over(held: Impersonation, support: User | None, found: Any) -> str:
    """Why an impersonation does not count any more, as its audit row says; empty while it does."""
    if not found.is_authenticated or found.pk != held.user_id:
        return "the customer's sign-in changed"
    if not 0 <= time.time() - held.since < LASTS_SECONDS:
        return "time"
    if support is None or not held.is_of(support) or not may_impersonate(support=support, customer=found):
        return "not allowed any more"
    return ""


def _record(action: str, *, support: User, customer: User, changes: dict[str, Any]) -> None:
    told: list[Organization | None] = [*_organizations_of(customer)]
    with across_tenants(
        "A person may be a member of several organizations, and each is told who was signed in as them."
    ):
        for organization in told or [None]:
            audit.record(
                action=action,
                by=support,
                target=customer,
                organization=organization,
                changes=changes,
            )


def _person(request: HttpRequest) -> User:
    """Who the session is of by now, as the database has them."""
    found: User = User.objects.get(pk=request.session[SESSION_KEY])
    return found


def _organizations_of(customer: User) -> list[Organization]:
    return [member.organization for member in memberships_of(customer.pk, most=_MOST)]
