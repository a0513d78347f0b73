"""Deliveries, their attempts, and the hourly figures drawn from them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Store
from webhooks.event_types import EventType
from webhooks.models.endpoint import Endpoint, Lane
from webhooks.models.order_event import OrderEvent


class Delivery(models.Model):
    """One event on its way to one endpoint: the outbox row. Partitioned by the week in its id.

    Being sent is not a state: a worker's lease on the lane implies it. A resend is a new delivery of the same event.
    """

    class State(models.TextChoices):
        DUE = "due", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        EXHAUSTED = "exhausted", _("Failed")
        PARKED = "parked", _("Parked")
        CANCELLED = "cancelled", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(
        Store,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("store"),
    )
    endpoint = models.ForeignKey(
        Endpoint,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("endpoint"),
    )
    lane = models.ForeignKey(
        Lane, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="deliveries", verbose_name=_("lane")
    )
    event = models.ForeignKey(
        OrderEvent,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("event"),
    )
    event_type = models.CharField(_("event type"), max_length=40, choices=EventType.choices)
    order_id = models.CharField(_("order"), max_length=80)
    test = models.BooleanField(_("test"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DUE)
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next try"), null=True, blank=True)
    replay_of = models.UUIDField(_("replay of"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last status"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=40, blank=True)
    last_error_detail = models.CharField(_("last error in words"), max_length=300, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["due", "delivered", "exhausted", "parked", "cancelled"]),
                name="webhooks_delivery_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="due") | Q(due_at__isnull=False), name="webhooks_delivery_due_has_time"
            ),
        ]
        indexes = [
            # First tries go before retries, so each kind is read in its own order from its own index.
            models.Index(
                fields=["lane", "due_at", "id"],
                condition=Q(state="due", attempt_count=0),
                name="webhooks_delivery_first_try",
            ),
            models.Index(
                fields=["lane", "due_at", "id"],
                condition=Q(state="due", attempt_count__gt=0),
                name="webhooks_delivery_retry",
            ),
            # Which events of an order are still to be sent: endpoints that keep their order ask.
            models.Index(
                fields=["lane", "order_id", "id"],
                condition=Q(state__in=["due", "parked"]),
                name="webhooks_delivery_waiting",
            ),
            # Of an endpoint that several stores share, what one store has parked, and which stores have anything.
            models.Index(
                fields=["endpoint", "store", "id"], condition=Q(state="parked"), name="webhooks_delivery_parked_store"
            ),
            models.Index(fields=["store", "-id"], name="webhooks_delivery_by_store"),
            models.Index(
                fields=["store", "state", "-id"], condition=~Q(state="delivered"), name="webhooks_delivery_by_state"
            ),
            models.Index(fields=["store", "event_type", "-id"], name="webhooks_delivery_by_type"),
            models.Index(fields=["endpoint", "-id"], name="webhooks_delivery_by_endpoint"),
            models.Index(fields=["event"], name="webhooks_delivery_by_event"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_id("dlv", self.pk)


class Attempt(models.Model):
    """One request of a delivery: what was sent, what came back, and how long each step took. Partitioned by the week in its id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(
        Delivery,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="attempts",
        verbose_name=_("delivery"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    started_at = models.DateTimeField(_("started"))
    url = models.CharField(_("URL"), max_length=2000)
    request_headers = models.JSONField(_("request headers"), help_text=_("Secrets are masked."))
    body_sha256 = models.BinaryField(_("SHA-256 of the body"), max_length=32)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    response_headers = models.JSONField(_("response headers"), default=list)
    response_body = models.BinaryField(_("response body"), default=b"", help_text=_("The first 16 kB."))
    error = models.CharField(_("error"), max_length=40, blank=True)
    error_detail = models.CharField(_("error in words"), max_length=300, blank=True)
    remote_address = models.CharField(_("address"), max_length=45, blank=True)
    dns_ms = models.FloatField(_("name lookup in ms"), default=0)
    connect_ms = models.FloatField(_("connect in ms"), default=0)
    tls_ms = models.FloatField(_("TLS in ms"), default=0)
    first_byte_ms = models.FloatField(_("first byte in ms"), default=0)
    total_ms = models.FloatField(_("total in ms"), default=0)
    late = models.BooleanField(
        _("late"), default=False, help_text=_("Its worker had lost the lease: logged, and not counted.")
    )

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["delivery", "number"], name="webhooks_attempt_by_delivery")]

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.error}"


class HourlyFigures(models.Model):
    """Attempts of an endpoint in one hour, written with the results, so that no chart scans attempts."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="hourly_figures", verbose_name=_("endpoint"))
    hour = models.DateTimeField(_("hour"))
    succeeded = models.PositiveIntegerField(_("succeeded"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    latency_sum_ms = models.FloatField(_("time of all attempts in ms"), default=0)
    latency_buckets = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("latency buckets"),
        default=list,
        help_text=_("Attempts by total time: up to 1, 2, 4 ... 32,768 ms, then slower."),
    )

    class Meta:
        verbose_name = _("hourly figures")
        verbose_name_plural = _("hourly figures")
        constraints = [models.UniqueConstraint(fields=["endpoint", "hour"], name="webhooks_figures_once")]
        indexes = [models.Index(fields=["hour"], name="webhooks_figures_by_hour")]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.hour:%Y-%m-%d %H}"
