"""Copying an integration's settings to other stores: choosing them, seeing what would happen to each, and doing it."""

from allauth.account.adapter import get_adapter
from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations import copying
from integrations.accounts import account_setting, chosen_from_account
from integrations.contract import Provider
from integrations.copy_plan import Plan, copied_settings, plan
from integrations.forms import DisclaimerForm
from integrations.listings import may_be_added
from integrations.models import Integration
from integrations.store_choice import MOST_IN_ADDRESS, StoreChoice
from integrations.views.found import integration_or_404, provider_or_404
from licensing.entitlements import hub_required, is_enterprise, stores_with_hub

#: So many stores are named in a preview; the rest is a number.
NAMED = 50


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def copy_settings(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration, active=True)
    provider = provider_or_404(found.provider_slug)
    if not is_enterprise(request.organization.pk):
        return HttpResponseRedirect(_address(request, found, "configure"))
    choice = StoreChoice.read(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return _choose(request, found, provider, choice)
    if "search" in request.POST:
        again = choice.searched_anew(request)
        return again or _choose(request, found, provider, choice, status=422, too_many=True)
    stores = list(choice.chosen(_open_stores(request, provider)).order_by("name", "pk"))
    if not stores or found.settings_saved_at is None:
        toasts.error(
            request, _("Choose at least one store.") if found.settings_saved_at else _("Save the settings first.")
        )
        return _choose(request, found, provider, choice, status=422)
    planned = plan(source=found, provider=provider, stores=stores)
    form = DisclaimerForm(request.POST if "seen" in request.POST else None)
    if not planned.needs_consent:
        form.fields["accepted"].required = False
    if request.POST.get("seen") != planned.fingerprint or not form.is_valid():
        return _preview(request, found, provider, choice, planned, form)
    client = get_adapter().get_client_ip(request)
    try:
        done = copying.copy_settings(
            source=found,
            provider=provider,
            stores=stores,
            seen=planned.fingerprint,
            by=request.user,
            address=client,
        )
    except copying.ChangedMeanwhile:
        found.refresh_from_db()
        planned = plan(source=found, provider=provider, stores=stores)
        return _preview(request, found, provider, choice, planned, form, stale=True)
    _tell(request, done)
    return HttpResponseRedirect(_address(request, found, "copy_settings"), status=303)


def _open_stores(request: StoreRequest, provider: Provider) -> QuerySet[Store]:
    """The other stores of the member that have the hub; where support has switched the provider off, it is added nowhere."""
    others = request.member.stores().exclude(pk=request.store.pk)
    if may_be_added(provider):
        return stores_with_hub(others)
    having = Integration.objects.active().filter(provider_slug=provider.slug).values("store")
    return stores_with_hub(others).filter(pk__in=having)


def _choose(
    request: StoreRequest,
    integration: Integration,
    provider: Provider,
    choice: StoreChoice,
    *,
    status: int = 200,
    too_many: bool = False,
) -> HttpResponseBase:
    others = request.member.stores().exclude(pk=request.store.pk)
    found = keyset_page(choice.found(others), order_by=["name"], cursor=request.GET.get("cursor"))
    shown = plan(source=integration, provider=provider, stores=found.items)
    effects = {effect.store.pk: effect for effect in shown.effects}
    open_stores = _open_stores(request, provider) if integration.settings_saved_at else Store.objects.none()
    context = {
        **_about(integration, provider),
        "choice": choice,
        "page": found,
        "rows": [(store, effects.get(store.pk)) for store in found.items],
        "elsewhere": choice.elsewhere(open_stores, found.items),
        "most": MOST_IN_ADDRESS,
        "too_many": too_many,
        "open": choice.found(open_stores).count(),
        "planned": None,
    }
    return page(request, "integrations/copy_settings.html", context, status=status)


def _preview(
    request: StoreRequest,
    integration: Integration,
    provider: Provider,
    choice: StoreChoice,
    planned: Plan,
    form: DisclaimerForm,
    *,
    stale: bool = False,
) -> HttpResponseBase:
    """Also what somebody gets who confirmed while one of the stores was changed by somebody else: 409 and the new plan."""
    seen = request.POST.get("seen", "")
    stale = stale or (bool(seen) and seen != planned.fingerprint)
    context = {
        **_about(integration, provider),
        "choice": choice,
        "form": form,
        "planned": planned,
        "stale": stale,
        "shown": planned.effects[:NAMED],
        "more": max(0, len(planned.effects) - NAMED),
    }
    return page(
        request, "integrations/copy_settings.html", context, status=409 if stale else 422 if form.errors else 200
    )


def _about(integration: Integration, provider: Provider) -> dict[str, object]:
    settings = copied_settings(provider)
    return {
        "integration": integration,
        "provider": provider,
        "copied": settings,
        "account": account_setting(provider),
        "chosen_from_account": chosen_from_account(provider),
    }


def _tell(request: StoreRequest, done: Plan) -> None:
    number = len(done.effects)
    words = ngettext(
        "The settings were copied to %(number)d store.", "The settings were copied to %(number)d stores.", number
    )
    toasts.success(request, words % {"number": number})


def _address(request: StoreRequest, integration: Integration, name: str) -> str:
    place = [request.organization.slug, request.store.code, integration.public_id]
    return reverse(f"integrations:{name}", args=place)
