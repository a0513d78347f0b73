"""One plan level: Addons per Site, the billing pane that follows it, and Confirm."""

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.impersonation import refused_to_support
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.money import format_money
from backoffice.web.pages import page
from licensing.actions import StoresStillAssigned
from licensing.consequences import consequences
from licensing.forms import WishForm
from licensing.levels import prices_today
from licensing.models import PlanLevel
from licensing.purchases import PriceChanged, Refused, purchase, refuse_if_impossible
from licensing.quotes import NotOnSale, quote
from licensing.standing import standing_of


@organization_view(Permission.PLAN_VIEW)
def plan_level(request: OrganizationRequest, level: str) -> HttpResponseBase:
    form = _form(request, _level(level), request.GET or None)
    return page(request, "licensing/plan_level.html", _context(request, form), partial="pane")


@organization_view(Permission.PLAN_MANAGE, methods=("POST",))
def plan_confirm(request: OrganizationRequest, level: str) -> HttpResponseBase:
    """422 where it cannot be done, and why; 409 where it no longer costs what was shown; else done, once."""
    if refused_here := refused_to_support(request):
        return refused_here
    form = _form(request, _level(level), request.POST)
    if not form.is_valid():
        return page(request, "licensing/plan_level.html", _context(request, form), status=422)
    try:
        order = purchase(
            organization=request.organization,
            wish=form.wish,
            token=_token(request),
            fingerprint=request.POST.get("fingerprint", ""),
            by=request.user,
            on=timezone.localdate(),
        )
    except PriceChanged:
        return page(request, "licensing/plan_level.html", _context(request, form, changed=True), status=409)
    except (Refused, StoresStillAssigned, NotOnSale) as refused:
        context = _context(request, form, refusal=str(refused), stores=getattr(refused, "stores", ()))
        return page(request, "licensing/plan_level.html", context, status=422)
    said = {"invoice": order.invoice_number, "total": format_money(order.total, order.currency)}
    if order.total:
        toasts.success(request, _("Confirmed. Invoice %(invoice)s: %(total)s.") % said)
    else:
        toasts.success(request, _("Confirmed. Nothing is to be paid for it now."))
    return redirect("licensing:invoice", request.organization.slug, order.invoice_number.lower())


def _level(text: str) -> PlanLevel:
    try:
        return PlanLevel(text.lower())
    except ValueError:
        raise Http404 from None


def _form(request: OrganizationRequest, level: PlanLevel, given: Any) -> WishForm:
    """Bound to what was given, or else to what there is now: the pane has something to show from the first."""
    standing = standing_of(request.organization)
    prices = prices_today(standing.account.currency)[level]
    form = WishForm(given, standing=standing, level=level, prices=prices)
    if given is not None:
        return form
    return WishForm(form.first_values(), standing=standing, level=level, prices=prices)


def _token(request: OrganizationRequest) -> uuid.UUID:
    """The form's; without a proper one the post is taken for a form of its own."""
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def _context(
    request: OrganizationRequest,
    form: WishForm,
    *,
    changed: bool = False,
    refusal: str = "",
    stores: Any = (),
) -> dict[str, Any]:
    standing = form.standing
    context = {
        "form": form,
        "level": form.level,
        "standing": standing,
        "license": standing.license,
        "prices": form.prices,
        "current": standing.plan == form.level,
        "quote": None,
        "consequences": [],
        "changed": changed,
        "refusal": refusal,
        "refused_stores": stores,
        "token": uuid.uuid4(),
        "may_manage": request.member.may(Permission.PLAN_MANAGE),
        "support_email": settings.SUPPORT_EMAIL,
    }
    if not form.is_valid():
        return context
    try:
        if not refusal:
            refuse_if_impossible(standing, form.wish)
        now = quote(standing, form.wish, on=timezone.localdate())
    except StoresStillAssigned as refused:
        held: list[Store] = list(refused.stores)
        return context | {"refusal": str(refused), "refused_stores": held}
    except (Refused, NotOnSale) as refused:
        return context | {"refusal": str(refused)}
    return context | {"quote": now, "consequences": consequences(standing, now) if now.changes else []}
