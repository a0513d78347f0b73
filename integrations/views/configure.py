"""An integration's configuration: the Settings and Action tabs."""

from dataclasses import dataclass

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.action_forms import ActionForm
from integrations.actions import StaleEdit, save_settings
from integrations.contract import Provider, Setting
from integrations.forms import VERSION, SettingsForm
from integrations.models import Integration
from integrations.preview import Preview, preview
from integrations.run_rows import run_rows
from integrations.status import row_of
from integrations.values import values_of
from integrations.views.found import integration_or_404, provider_or_404
from licensing.entitlements import hub_required


@dataclass(frozen=True, slots=True)
class Conflict:
    """A setting that somebody else saved differently meanwhile."""

    label: str
    theirs: str
    yours: str


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def configure(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    if found.deactivated_at is not None:
        raise Http404
    provider = provider_or_404(found.provider_slug)
    if request.method == "POST":
        return _save(request, found, provider)
    tab = "action" if request.GET.get("tab") == "action" else "settings"
    form = SettingsForm(integration=found, provider=provider)
    return _page(request, found, provider, form, tab=tab)


def _save(request: StoreRequest, integration: Integration, provider: Provider) -> HttpResponseBase:
    form = SettingsForm(request.POST, integration=integration, provider=provider)
    if not form.is_valid():
        return _page(request, integration, provider, form, status=422)
    try:
        save_settings(
            integration=integration, values=form.plain, secrets=form.secrets, version=form.version, by=request.user
        )
    except StaleEdit as stale:
        return _stale(request, stale, provider, form)
    toasts.success(request, _("The settings of %(provider)s were saved.") % {"provider": provider.name})
    done = reverse("integrations:current", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(done, status=303)


def _stale(request: StoreRequest, stale: StaleEdit, provider: Provider, form: SettingsForm) -> HttpResponseBase:
    """The page again with both values; saving once more then replaces theirs."""
    theirs = stale.current.setting_values
    conflicts = [
        Conflict(str(setting.label), _in_words(setting, theirs.get(setting.name)), _in_words(setting, yours))
        for setting in provider.settings
        if not setting.secret and (yours := form.plain[setting.name]) != theirs.get(setting.name)
    ]
    data = request.POST.copy()
    data[VERSION] = str(stale.current.version)
    again = SettingsForm(data, integration=stale.current, provider=provider)
    return _page(request, stale.current, provider, again, conflicts=conflicts, stale=True, status=409)


def _in_words(setting: Setting, value: object) -> str:
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    labels = {option.value: str(option.label) for option in setting.options}
    if isinstance(value, (list, tuple)):
        return ", ".join(labels.get(str(item), str(item)) for item in value) or "—"
    return labels.get(str(value), str(value)) if value not in (None, "") else "—"


def _page(
    request: StoreRequest,
    integration: Integration,
    provider: Provider,
    form: SettingsForm,
    *,
    tab: str = "settings",
    conflicts: list[Conflict] | None = None,
    stale: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "integration": integration,
        "provider": provider,
        "row": row_of(integration, licensed=True),
        "form": form,
        "tab": tab,
        "panels": _panels(request, integration, provider) if tab == "action" else None,
        "preview": _preview(integration, provider) if tab == "action" else None,
        "takes_orders": bool(provider.order_events),
        "consent": integration.consents.select_related("accepted_by").order_by("-id").first(),
        "conflicts": conflicts or [],
        "stale": stale,
    }
    return page(request, "integrations/configure.html", context, status=status)


def _preview(integration: Integration, provider: Provider) -> Preview | None:
    if integration.settings_saved_at is None or not provider.order_events:
        return None
    return preview(provider, values_of([integration])[integration.pk])


def _panels(request: StoreRequest, integration: Integration, provider: Provider) -> dict[str, object]:
    """The actions with their forms, what runs now, and the history."""
    history = keyset_page(integration.runs.all(), order_by=["-id"], cursor=request.GET.get("cursor"), size=20)
    return {
        "forms": [ActionForm(action=action) for action in provider.actions],
        "unfinished": run_rows(integration.runs.unfinished().order_by("id"), provider),
        "page": history,
        "rows": run_rows(history.items, provider),
    }
