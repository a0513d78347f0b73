"""The order events, each with its technical name, the product family's own word for it, and what it means."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventType(models.TextChoices):
    ORDER_OPENED = "order.opened", _("Order opened")
    ORDER_UPDATED = "order.updated", _("Order updated")
    ORDER_CLOSED = "order.closed", _("Order closed")
    ORDER_VOIDED = "order.voided", _("Order voided")
    ORDER_REFUNDED = "order.refunded", _("Order refunded")
    ORDER_STATUS_CHANGED = "order.status_changed", _("Order status changed")
    WEBHOOK_TEST = "webhook.test", _("Test event")


#: What a POS may post and an endpoint may choose; the test event is ours to send.
ORDER_EVENT_TYPES: tuple[EventType, ...] = tuple(event for event in EventType if event != EventType.WEBHOOK_TEST)


class Channel(models.TextChoices):
    POS = "pos", _("Point of sale")
    ONLINE = "online", _("Online")
    KIOSK = "kiosk", _("Kiosk")
    PHONE = "phone", _("Phone")
    MARKETPLACE = "marketplace", _("Marketplace")
    QR_TABLE = "qr_table", _("QR code at the table")


class OpenedFrom(models.TextChoices):
    """Which opened orders an endpoint gets, where it gets any."""

    ANYWHERE = "anywhere", _("Open Order and 3rd Order")
    POS = "pos", _("3rd Order only")
    ELSEWHERE = "elsewhere", _("Open Order only")


API_VERSION = "2026-11-01"
