"""Adding one provider to several stores: which have it, which may get it, and the disclaimer for all of them at once."""

from allauth.account.adapter import get_adapter
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.accounts.impersonation import refused_to_support
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.bulk_add import BulkAdded, stores_having
from integrations.bulk_add import add_to_stores as add
from integrations.contract import Provider
from integrations.forms import DisclaimerForm
from integrations.listings import may_be_added
from integrations.models import Integration
from integrations.store_choice import MOST_IN_ADDRESS, StoreChoice
from integrations.views.found import provider_or_404
from licensing.entitlements import hub_required, is_enterprise, licensed_stores, stores_with_hub

#: So many stores are named in a message; the rest is a number.
NAMED = 3


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def add_to_stores(request: StoreRequest, provider: str) -> HttpResponseBase:
    found = provider_or_404(provider)
    if not may_be_added(found):
        raise Http404
    if not is_enterprise(request.organization.pk):
        return HttpResponseRedirect(_address(request, found, "disclaimer"))
    if request.method == "POST" and "search" not in request.POST and (refused := refused_to_support(request)):
        return refused
    choice = StoreChoice.read(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return _page(request, found, choice, DisclaimerForm())
    if "search" in request.POST:
        again = choice.searched_anew(request, show="have" if _having(request) else "")
        return again or _page(request, found, choice, DisclaimerForm(), status=422, too_many=True)
    form = DisclaimerForm(request.POST)
    chosen = list(choice.chosen(_open_stores(request, found)).order_by("name", "pk"))
    if not chosen:
        form.add_error(None, _("Choose at least one store."))
    if not form.is_valid():
        return _page(request, found, choice, form, status=422)
    client = get_adapter().get_client_ip(request)
    _tell(request, found, add(stores=chosen, provider=found, by=request.user, address=client))
    return HttpResponseRedirect(_address(request, found, "add_to_stores") + "?show=have", status=303)


def may_add_to_several(request: StoreRequest) -> bool:
    """Whether pages lead here."""
    return request.member.may(Permission.INTEGRATION_MANAGE) and is_enterprise(request.organization.pk)


def _open_stores(request: StoreRequest, provider: Provider) -> QuerySet[Store]:
    """The stores of the member that have the hub and have the provider not yet."""
    return stores_with_hub(request.member.stores()).exclude(_has(provider))


def _has(provider: Provider) -> Exists:
    return Exists(Integration.objects.active().filter(provider_slug=provider.slug, store=OuterRef("pk")))


def _having(request: StoreRequest) -> bool:
    return request.GET.get("show") == "have"


def _page(
    request: StoreRequest,
    provider: Provider,
    choice: StoreChoice,
    form: DisclaimerForm,
    *,
    status: int = 200,
    too_many: bool = False,
) -> HttpResponseBase:
    having = _having(request)
    stores = (
        request.member.stores().filter(_has(provider)) if having else request.member.stores().exclude(_has(provider))
    )
    found = keyset_page(choice.found(stores), order_by=["name"], cursor=request.GET.get("cursor"))
    licensed = licensed_stores(store.pk for store in found.items)
    integrations = stores_having(provider, found.items) if having else {}
    context = {
        "provider": provider,
        "form": form,
        "choice": choice,
        "having": having,
        "page": found,
        "rows": [(store, store.pk in licensed, integrations.get(store.pk)) for store in found.items],
        "elsewhere": choice.elsewhere(_open_stores(request, provider), [] if having else found.items),
        "most": MOST_IN_ADDRESS,
        "too_many": too_many,
        "open": 0 if having else choice.found(_open_stores(request, provider)).count(),
    }
    return page(request, "integrations/add_to_stores.html", context, status=status)


def _tell(request: StoreRequest, provider: Provider, result: BulkAdded) -> None:
    """What came of it; those that have it now are listed on the page that follows."""
    if number := len(result.added):
        words = ngettext(
            "%(provider)s was added to %(number)d store. Set it up with its gear.",
            "%(provider)s was added to %(number)d stores. Set each up with its gear.",
            number,
        )
        toasts.success(request, words % {"provider": provider.name, "number": number})
    if result.had_it:
        toasts.info(request, _("Already there: %(stores)s.") % {"stores": _names(result.had_it)})
    if result.unlicensed:
        toasts.warning(request, _("Without a license by now: %(stores)s.") % {"stores": _names(result.unlicensed)})


def _names(stores: list[Store]) -> str:
    names = ", ".join(store.name for store in stores[:NAMED])
    more = len(stores) - NAMED
    return _("%(names)s and %(more)d more") % {"names": names, "more": more} if more > 0 else names


def _address(request: StoreRequest, provider: Provider, name: str) -> str:
    return reverse(f"integrations:{name}", args=[request.organization.slug, request.store.code, provider.slug])
