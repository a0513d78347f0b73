"""Test connection: a real call with the settings as they are typed, or as they are saved, and its answer in words."""

from dataclasses import replace

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.audit import record
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web import toasts
from backoffice.web.htmx import wants_fragment
from backoffice.web.pages import page
from integrations.calls import ask
from integrations.contract import ConnectionResult, Provider, ProviderProblem, Values
from integrations.covering import cover_of
from integrations.models import Integration
from integrations.oauth.grants import fresh_values
from integrations.settings_form import VERSION, SettingsForm
from integrations.views.found import integration_or_404, provider_or_404
from integrations.views.settings_tab import posted_form, settings_page, typed_values
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("POST",), one_transaction=False)
@hub_required
def connection_test(request: StoreRequest, integration: str) -> HttpResponseBase:
    """Settings in the form are tested unsaved; without a form, as from a list, those that are saved."""
    with tenant_transaction(request.organization.pk):
        found = integration_or_404(request, integration, active=True)
        provider = provider_or_404(found.provider_slug)
    if VERSION not in request.POST:
        return _answer_list(request, provider, _test(request, found, provider, None))
    with tenant_transaction(request.organization.pk):
        form = posted_form(request, found, provider, draft=True)
    result = _test(request, found, provider, form)
    if wants_fragment(request):
        return page(request, "integrations/_connection_result.html", {"tested": result})
    with tenant_transaction(request.organization.pk):
        return settings_page(request, found, provider, form, tested=result, status=422 if form.errors else 200)


def _test(
    request: StoreRequest, integration: Integration, provider: Provider, form: SettingsForm | None
) -> ConnectionResult:
    """Audited, whatever came of it. No transaction is open while the service is asked."""
    values: Values = {}
    try:
        values = fresh_values(integration)
        if form is not None:
            values = typed_values(request, form)
        result = ask(integration, "A test", lambda http: provider.test_connection(values, http))
    except ProviderProblem as problem:
        result = ConnectionResult(ok=False, message=problem.message)
    result = result or ConnectionResult(ok=False, message=_("This integration offers no test."))
    result = replace(result, message=cover_of(provider, values)(result.message))
    with tenant_transaction(request.organization.pk):
        changes = {"ok": result.ok, "unsaved": form is not None}
        record(action="integration.tested", by=request.user, store=request.store, target=integration, changes=changes)
    return result


def _answer_list(request: StoreRequest, provider: Provider, result: ConnectionResult) -> HttpResponseBase:
    words = f"{provider.name}: {result.message}"
    say = toasts.success if result.ok else toasts.error
    say(request, words)
    if wants_fragment(request):
        return HttpResponse(status=204)
    done = reverse("integrations:current", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(done, status=303)
