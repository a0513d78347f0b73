"""Endpoints: where events of stores are sent, with their signing keys and their lanes."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Organization, Store
from integrations.models import Integration, ProviderListing
from webhooks.event_types import API_VERSION, Channel, EventType, OpenedFrom


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def listed(self) -> "EndpointQuerySet":
        return self.filter(deleted_at__isnull=True)

    def reaching(self, store: Store) -> "EndpointQuerySet":
        """Those that get the store's events: its own, and those that the organization has set for it."""
        return self.filter(Q(store=store) | self._shared_with(store))

    def shared_with(self, store: Store) -> "EndpointQuerySet":
        """Those that the organization has set for the store."""
        return self.filter(self._shared_with(store))

    @staticmethod
    def _shared_with(store: Store) -> Q:
        chosen = Endpoint.chosen_stores.through.objects.filter(endpoint=OuterRef("pk"), store=store)
        return Q(organization_id=store.organization_id) & (Q(every_store=True) | Q(Exists(chosen)))

    def callable(self) -> "EndpointQuerySet":
        """Those that nothing of their own keeps from being called; their store's license is another matter."""
        off = ProviderListing.objects.filter(enabled=False).values("slug")
        return (
            self.listed()
            .filter(state=Endpoint.State.ENABLED)
            .exclude(integration__deactivated_at__isnull=False)
            .exclude(integration__provider_slug__in=off)
        )


class Endpoint(models.Model):
    """A URL that wants events: of its store, its own or one that an integration brought, or of an organization's stores."""

    class State(models.TextChoices):
        ENABLED = "enabled", _("Enabled")
        PAUSED = "paused", _("Paused")
        DISABLED = "disabled", _("Disabled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="endpoints",
        verbose_name=_("store"),
        help_text=_("Empty: an endpoint of the organization."),
    )
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="endpoints",
        verbose_name=_("organization"),
        help_text=_("Of an endpoint that several stores share."),
    )
    every_store = models.BooleanField(
        _("every store"),
        default=False,
        db_default=False,
        help_text=_(
            "Whether an endpoint of the organization gets the events of every store, those added later as well."
        ),
    )
    chosen_stores = models.ManyToManyField(
        Store,
        related_name="organization_endpoints",
        blank=True,
        verbose_name=_("stores"),
        help_text=_("The stores whose events an endpoint of the organization gets, unless it gets those of every one."),
    )
    integration = models.ForeignKey(
        Integration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="endpoints",
        verbose_name=_("integration"),
        help_text=_("Empty: the store's own endpoint."),
    )
    url = models.CharField(_("URL"), max_length=2000)
    description = models.CharField(_("description"), max_length=200, blank=True)
    event_types = ArrayField(
        models.CharField(max_length=40, choices=EventType.choices), verbose_name=_("events"), default=list
    )
    channels = ArrayField(
        models.CharField(max_length=20, choices=Channel.choices),
        verbose_name=_("channels"),
        default=list,
        blank=True,
        help_text=_("Empty: orders of every channel."),
    )
    opened_from = models.CharField(
        _("opened orders"),
        max_length=10,
        choices=OpenedFrom.choices,
        default=OpenedFrom.ANYWHERE,
        db_default=OpenedFrom.ANYWHERE.value,
        help_text=_("Where it gets opened orders at all: those of the point of sale, all others, or both."),
    )
    accepts_test_events = models.BooleanField(_("accepts test events"), default=False)
    without_personal_data = models.BooleanField(
        _("without personal data"),
        default=False,
        db_default=False,
        help_text=_("Whether what is about customers and staff is left out of what is sent."),
    )
    header_names = ArrayField(
        models.CharField(max_length=100), verbose_name=_("custom headers"), default=list, blank=True
    )
    headers_ciphertext = models.BinaryField(_("custom headers, encrypted"), null=True, editable=False)
    api_version = models.CharField(_("payload version"), max_length=10, default=API_VERSION)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ENABLED)
    state_reason = models.CharField(_("reason"), max_length=200, blank=True)
    state_changed_at = models.DateTimeField(_("state changed"), auto_now_add=True)
    max_in_flight = models.PositiveSmallIntegerField(_("requests at a time"), default=10)
    rate_per_second = models.PositiveIntegerField(_("requests per second"), null=True, blank=True)
    fifo = models.BooleanField(_("keep the order of events"), default=False)
    timeout_seconds = models.PositiveSmallIntegerField(_("time limit in seconds"), default=15)
    version = models.PositiveIntegerField(
        _("version"), default=0, help_text=_("Rises with each save, so that no edit is lost.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(
        _("confirmed"), null=True, blank=True, editable=False, help_text=_("The first success at the present URL.")
    )

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["enabled", "paused", "disabled"]), name="webhooks_endpoint_state"
            ),
            models.CheckConstraint(
                condition=Q(store__isnull=False, organization__isnull=True, every_store=False)
                | Q(store__isnull=True, organization__isnull=False, integration__isnull=True),
                name="webhooks_endpoint_one_owner",
            ),
            # A provider's call is the provider's own, which takes from the order what it needs.
            models.CheckConstraint(
                condition=Q(without_personal_data=False) | Q(integration__isnull=True),
                name="webhooks_endpoint_personal_data",
            ),
            models.CheckConstraint(
                condition=Q(opened_from__in=["anywhere", "pos", "elsewhere"]), name="webhooks_endpoint_opened_from"
            ),
            models.CheckConstraint(condition=Q(max_in_flight__range=(1, 100)), name="webhooks_endpoint_in_flight"),
            models.CheckConstraint(condition=Q(timeout_seconds__range=(1, 30)), name="webhooks_endpoint_timeout"),
        ]
        indexes = [
            models.Index(
                fields=["store", "-id"], condition=Q(deleted_at__isnull=True), name="webhooks_endpoint_by_store"
            ),
            models.Index(
                fields=["organization", "-id"],
                condition=Q(deleted_at__isnull=True, organization__isnull=False),
                name="webhooks_endpoint_by_organizat",
            ),
            models.Index(fields=["integration"], name="webhooks_endpoint_by_integr"),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def public_id(self) -> str:
        return public_id("ep", self.pk)

    @property
    def owner_id(self) -> UUID:
        """The store, or the organization, whose endpoint it is: what its secrets are sealed for."""
        owner = self.store_id or self.organization_id
        assert owner is not None  # noqa: S101  # the database holds it
        return owner

    def stores(self) -> QuerySet[Store]:
        """The stores whose events it gets."""
        if self.organization is None:
            return Store.objects.filter(pk=self.owner_id)
        stores = Store.objects.filter(organization=self.organization)
        return stores if self.every_store else stores.filter(organization_endpoints=self)


class SigningKey(models.Model):
    """A signing secret of an endpoint, encrypted. During a rotation every key that has not expired signs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="signing_keys", verbose_name=_("endpoint"))
    ciphertext = models.BinaryField(_("ciphertext"), editable=False)
    hint = models.CharField(_("hint"), max_length=12)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint"], condition=Q(expires_at__isnull=True), name="webhooks_signingkey_one_current"
            ),
        ]
        indexes = [models.Index(fields=["endpoint", "-id"], name="webhooks_signingkey_newest")]

    def __str__(self) -> str:
        return self.hint

    @property
    def public_id(self) -> str:
        return public_id("whk", self.pk)


class Lane(models.Model):
    """The unit a worker leases: one endpoint's queue (or a shard of it), with its health.

    `next_due_at` is null while a worker holds the lane or nothing waits in it; a lane with an expired lease is due as well.
    """

    class Breaker(models.TextChoices):
        CLOSED = "closed", _("Closed")
        OPEN = "open", _("Open")
        PROBING = "probing", _("Probing")

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="lanes", verbose_name=_("endpoint"))
    shard = models.PositiveSmallIntegerField(_("shard"), default=0)
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True)
    served_at = models.DateTimeField(_("served"), null=True, blank=True)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_token = models.UUIDField(_("lease token"), null=True, blank=True)
    breaker = models.CharField(_("breaker"), max_length=8, choices=Breaker.choices, default=Breaker.CLOSED)
    open_until = models.DateTimeField(_("breaker open until"), null=True, blank=True)
    times_opened = models.PositiveSmallIntegerField(_("times opened in a row"), default=0)
    paused_until = models.DateTimeField(
        _("paused until"), null=True, blank=True, help_text=_("Asked for by the receiver.")
    )
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    consecutive_failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    latency_average_ms = models.FloatField(_("average latency in ms"), null=True, blank=True)
    failure_average = models.FloatField(_("average failure rate"), default=0)
    current_limit = models.PositiveSmallIntegerField(_("current limit of requests at a time"), default=10)
    consecutive_successes = models.PositiveSmallIntegerField(
        _("successes in a row"), default=0, db_default=0, help_text=_("Since the limit was last raised.")
    )
    window_started_at = models.DateTimeField(_("tries are counted since"), null=True, blank=True)
    window_tries = models.PositiveIntegerField(_("tries counted"), default=0, db_default=0)
    window_failures = models.PositiveIntegerField(_("failures among them"), default=0, db_default=0)
    paced_until = models.DateTimeField(
        _("paced until"), null=True, blank=True, help_text=_("By the endpoint's own rate of requests per second.")
    )
    health_version = models.PositiveIntegerField(
        _("version of the health"),
        default=0,
        db_default=0,
        help_text=_(
            "Rises when somebody opens the lane: what a worker then still writes of its health is out of date."
        ),
    )

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        constraints = [models.UniqueConstraint(fields=["endpoint", "shard"], name="webhooks_lane_once")]
        indexes = [
            models.Index(fields=["next_due_at"], condition=Q(next_due_at__isnull=False), name="webhooks_lane_due"),
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="webhooks_lane_leased"),
            models.Index(
                fields=["failing_since"], condition=Q(failing_since__isnull=False), name="webhooks_lane_failing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}/{self.shard}"
