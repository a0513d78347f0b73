"""Sending an order from the page of an API key, and what the API answers."""

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.audit import record
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from integrations.views.found import usable_key_or_404
from licensing.entitlements import hub_required
from webhooks import tried_orders


class TryOrderForm(forms.Form):
    """`live` says that the order is a real one, and asks whoever sends it to know that."""

    text = forms.CharField(
        label=gettext_lazy("What is posted"),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "font-monospace"}),
        help_text=gettext_lazy("An order event, as a point of sale posts it. Change whatever you like."),
    )

    def __init__(self, data: object = None, *, live: bool, text: str) -> None:
        super().__init__(data, initial={"text": text})  # type: ignore[arg-type]  # a QueryDict or None
        if live:
            self.fields["sure"] = forms.BooleanField(
                label=gettext_lazy("This is a live key: treat it as a real order"),
                help_text=gettext_lazy(
                    "It goes to every endpoint that wants such orders, and counts in charts and exports."
                ),
                error_messages={
                    "required": gettext_lazy(
                        "Tick the box, or send it with a test key: then nobody takes it for a real order."
                    )
                },
            )


@store_view(Permission.API_KEY_MANAGE, methods=("GET", "POST"))
@hub_required
def try_order(request: StoreRequest, key: str) -> HttpResponseBase:
    found = usable_key_or_404(request, key)
    data = request.POST if request.method == "POST" else None
    form = TryOrderForm(data, live=not found.test, text=tried_orders.example_post(request.store))
    tried = None
    if form.is_valid():
        tried = tried_orders.try_order(request, key=found, text=form.cleaned_data["text"])
        changes = {"status": tried.status, "event": tried.event_id}
        record(action="api_key.tried", by=request.user, store=request.store, target=found, changes=changes)
    context = {"key": found, "form": form, "tried": tried, "deliveries_url": _deliveries(request, tried)}
    return page(request, "webhooks/try_order.html", context, partial="trial", status=422 if form.errors else 200)


def _deliveries(request: StoreRequest, tried: tried_orders.Tried | None) -> str:
    """Where the event's deliveries are followed."""
    if tried is None or not tried.stored:
        return ""
    place = reverse("webhooks:deliveries", args=[request.organization.slug, request.store.code])
    return f"{place}?{urlencode({'order': tried.order_id})}"
