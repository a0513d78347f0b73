"""Order events and idempotency keys in the admin site."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7_time
from webhooks.admin.big_tables import BigTableAdmin, link_to_list
from webhooks.attempt_details import payload_text
from webhooks.models import IdempotencyKey, OrderEvent


@admin.register(OrderEvent)
class OrderEventAdmin(BigTableAdmin[OrderEvent]):
    list_display = ("public_id", "type", "order_id", "order_number", "store", "channel", "test", "received")
    list_filter = ("type", "channel", "test")
    list_select_related = ("store",)
    id_searches = {"evt": "pk", "sto": "store_id"}
    text_searches = ("order_id",)
    search_help_text = _("An event (evt_…), a store (sto_…) or an order's id, exactly.")
    fields = (
        "public_id",
        "deliveries_link",
        "store",
        "type",
        "order_id",
        "order_number",
        "order_version",
        "channel",
        "test",
        "occurred_at",
        "received",
        "api_key_id",
        "request_id",
        "order_text",
    )
    readonly_fields = ("public_id", "deliveries_link", "received", "order_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderEvent]:
        return super().get_queryset(request).defer("order_json")

    @admin.display(description=_("received"))
    def received(self, event: OrderEvent) -> object:
        return uuid7_time(event.pk)

    @admin.display(description=_("deliveries"))
    def deliveries_link(self, event: OrderEvent) -> SafeString:
        return link_to_list("delivery", _("Deliveries of this event"), q=event.public_id)

    @admin.display(description=_("order"))
    def order_text(self, event: OrderEvent) -> SafeString:
        shown = payload_text(event.order_json)
        return format_html("<pre>{}</pre>{}", shown.text, shown.note)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(BigTableAdmin[IdempotencyKey]):
    list_display = ("key", "store", "created_at")
    list_select_related = ("store",)
    id_searches = {"sto": "store_id"}
    text_searches = ("key",)
    search_help_text = _("A key as the client sent it, or a store (sto_…), exactly.")
    fields = ("key", "store", "answer", "created_at")
