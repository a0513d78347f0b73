"""The Action tab: what an integration can do, what it does now, what it did, and who hears when it fails."""

from django.http import HttpResponse, HttpResponseBase

from backoffice.tenancy.access import StoreRequest
from backoffice.web.htmx import wants_fragment
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.action_cards import action_cards, shown_orders
from integrations.action_forms import NotificationForm
from integrations.contract import Provider
from integrations.models import Integration
from integrations.preview import Preview, preview
from integrations.run_rows import run_rows
from integrations.values import values_of
from integrations.views.settings_tab import head


def action_tab(request: StoreRequest, integration: Integration, provider: Provider) -> HttpResponseBase:
    """The page, or the live part of it; 204 to a poll that shows what there is."""
    runs = _runs(request, integration, provider)
    if wants_fragment(request) and request.headers.get("X-Shown") == runs["fingerprint"]:
        return HttpResponse(status=204)
    context = {
        **head(integration, provider),
        "tab": "action",
        "runs": runs,
        "cards": action_cards(integration, provider),
        "orders": shown_orders(integration, provider),
        "preview": _preview(integration, provider),
        "takes_orders": bool(provider.order_events),
        "notification_form": NotificationForm(initial={"notification_email": integration.notification_email}),
    }
    return page(request, "integrations/configure.html", context, partial="action-runs")


def _runs(request: StoreRequest, integration: Integration, provider: Provider) -> dict[str, object]:
    """What runs now and the history; `fingerprint` changes with whatever is shown of either."""
    history = keyset_page(integration.runs.all(), order_by=["-id"], cursor=request.GET.get("cursor"), size=20)
    unfinished = run_rows(integration.runs.unfinished().order_by("id"), provider)
    rows = run_rows(history.items, provider)
    return {
        "unfinished": unfinished,
        "page": history,
        "rows": rows,
        "fingerprint": "|".join(row.fingerprint for row in (*unfinished, *rows)),
    }


def _preview(integration: Integration, provider: Provider) -> Preview | None:
    if integration.settings_saved_at is None or not provider.order_events:
        return None
    return preview(provider, values_of([integration])[integration.pk])
