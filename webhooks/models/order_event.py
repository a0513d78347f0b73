"""Order events as the POS posted them, and the idempotency keys that make a repeated post the same event."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Store
from webhooks.event_types import Channel, EventType


class OrderEvent(models.Model):
    """One order event, with the order as canonical JSON. Partitioned by the week in its id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(
        Store,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="order_events",
        verbose_name=_("store"),
    )
    type = models.CharField(_("type"), max_length=40, choices=EventType.choices)
    order_id = models.CharField(_("order"), max_length=80)
    order_version = models.PositiveBigIntegerField(_("order's version"), default=0)
    order_number = models.CharField(_("order number"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel.choices, blank=True)
    occurred_at = models.DateTimeField(_("occurred"))
    test = models.BooleanField(_("test"), default=False)
    order_json = models.TextField(_("order"), help_text=_("Canonical JSON: the bytes every delivery carries."))
    api_key_id = models.UUIDField(_("API key"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        indexes = [
            models.Index(fields=["store", "-id"], name="webhooks_event_by_store"),
            models.Index(fields=["store", "order_id", "-id"], name="webhooks_event_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.order_number or self.order_id}"

    @property
    def public_id(self) -> str:
        return public_id("evt", self.pk)


class IdempotencyKey(models.Model):
    """A key a client sent with a post, the hash of that post's body, and the answer it got. Not partitioned: it must be unique."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Its index is that of the unique constraint; a check of the store at each order would lock and rewrite the store's row.
    store = models.ForeignKey(
        Store, models.CASCADE, db_constraint=False, db_index=False, related_name="+", verbose_name=_("store")
    )
    key = models.CharField(_("key"), max_length=255)
    body_sha256 = models.BinaryField(_("SHA-256 of the body"), max_length=32)
    answer = models.TextField(_("answer"), help_text=_("JSON, as it was sent."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="webhooks_idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="webhooks_idempotency_age")]

    def __str__(self) -> str:
        return self.key
