"""One setting of the Settings tab by itself: checked as soon as it is left, and its choices loaded from the service."""

from collections.abc import Sequence

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.audit import record
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web import toasts
from backoffice.web.htmx import wants_fragment
from backoffice.web.pages import page
from integrations.calls import ask
from integrations.contract import Option, Provider, ProviderProblem, Setting, Values
from integrations.covering import cover_of
from integrations.models import FetchedChoices, Integration
from integrations.oauth.grants import fresh_values
from integrations.settings_form import SettingsForm
from integrations.views.found import integration_or_404, provider_or_404
from integrations.views.settings_tab import head, posted_form, settings_page, typed_values
from licensing.entitlements import hub_required

#: Longer lists are cut: nobody finds anything in a longer select.
MOST_CHOICES = 5000


@store_view(Permission.INTEGRATION_MANAGE, methods=("POST",))
@hub_required
def check_setting(request: StoreRequest, integration: str) -> HttpResponseBase:
    """The setting that `_setting` names as it was typed, with what is wrong with it."""
    found = integration_or_404(request, integration, active=True)
    provider = provider_or_404(found.provider_slug)
    form = posted_form(request, found, provider, draft=True)
    setting = _named(request, provider)
    if setting is None or not wants_fragment(request):
        return settings_page(request, found, provider, form, status=422)
    return _row(request, found, provider, form, setting)


@store_view(Permission.INTEGRATION_MANAGE, methods=("POST",), one_transaction=False)
@hub_required
def load_choices(request: StoreRequest, integration: str) -> HttpResponseBase:
    """Ask the service what the setting that `_setting` names can be set to, with the settings as typed, and keep its answer."""
    with tenant_transaction(request.organization.pk):
        found = integration_or_404(request, integration, active=True)
        provider = provider_or_404(found.provider_slug)
        form = posted_form(request, found, provider, draft=True)
    setting = _named(request, provider)
    if setting is not None and setting.choices_from:
        _load(request, found, provider, form, setting)
    with tenant_transaction(request.organization.pk):
        form = posted_form(request, found, provider, draft=True)
        if setting is None or not wants_fragment(request):
            return settings_page(request, found, provider, form)
        return _row(request, found, provider, form, setting)


def _load(
    request: StoreRequest, integration: Integration, provider: Provider, form: SettingsForm, setting: Setting
) -> None:
    """What came of it is said by a toast. No transaction is open while the service is asked."""
    values: Values = {}
    try:
        fresh_values(integration)
        values = typed_values(request, form)
        fetch = getattr(provider, setting.choices_from)
        options: Sequence[Option] = ask(integration, "Choices", lambda http: fetch(values, http))
    except ProviderProblem as problem:
        toasts.error(
            request,
            _("%(setting)s: %(why)s") % {"setting": setting.label, "why": cover_of(provider, values)(problem.message)},
        )
        return
    kept = [[str(option.value), str(option.label)] for option in options[:MOST_CHOICES]]
    with tenant_transaction(request.organization.pk):
        FetchedChoices.objects.update_or_create(integration=integration, name=setting.name, defaults={"options": kept})
        changes = {"setting": setting.name, "choices": len(kept)}
        record(
            action="integration.choices_loaded",
            by=request.user,
            store=request.store,
            target=integration,
            changes=changes,
        )
    words = ngettext("%(count)d choice was loaded.", "%(count)d choices were loaded.", len(kept))
    toasts.success(request, f"{setting.label}: {words % {'count': len(kept)}}")


def _named(request: StoreRequest, provider: Provider) -> Setting | None:
    wanted = request.POST.get("_setting", "")
    found = next((setting for setting in provider.settings if setting.name == wanted), None)
    if wanted and (found is None or found.secret or found.generated):
        raise Http404
    return found


def _row(
    request: StoreRequest, integration: Integration, provider: Provider, form: SettingsForm, setting: Setting
) -> HttpResponseBase:
    row = form.row(setting)
    wrong = row.bound is not None and bool(row.bound.errors)
    context = {**head(integration, provider), "row": row}
    return page(request, "integrations/_setting_row.html", context, status=422 if wrong else 200)
