"""Wishes to erase a customer from what is stored of an organization's orders, and the orders that were found for each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Organization, Store


class CustomerErasure(models.Model):
    """One customer, looked for in the orders of a store or of all, and erased from those found once somebody has confirmed it.

    `after` and `until` bound the events that are looked at, by id; `at_store` and `at_event` say how far that has come, so that it goes
    on there whoever was killed. What was asked for is kept encrypted until it is done with, and after that as a keyed hash alone.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("Email address")
        PHONE = "phone", _("Phone number")
        CUSTOMER = "customer", _("Customer id in the till")

    class State(models.TextChoices):
        LOOKING = "looking", _("Looking")
        FOUND = "found", _("Found, nothing erased yet")
        ERASING = "erasing", _("Erasing")
        DONE = "done", _("Erased")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        db_index=False,
        related_name="customer_erasures",
        verbose_name=_("organization"),
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("store"),
        help_text=_("Empty: every store of the organization."),
    )
    kind = models.CharField(_("looked for by"), max_length=10, choices=Kind)
    wanted_ciphertext = models.BinaryField(_("what was asked for, encrypted"), null=True, editable=False)
    wanted_sha256 = models.CharField(_("keyed hash of what was asked for"), max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LOOKING)
    after = models.UUIDField(editable=False)
    until = models.UUIDField(editable=False)
    looked_through = models.BooleanField(default=False, editable=False)
    at_store = models.UUIDField(null=True, editable=False)
    at_event = models.UUIDField(null=True, editable=False)
    looked_at = models.PositiveBigIntegerField(_("events looked at"), default=0)
    orders = models.PositiveIntegerField(_("orders found"), default=0)
    events = models.PositiveIntegerField(_("events found"), default=0)
    tries = models.PositiveIntegerField(_("tries found"), default=0)
    mails = models.PositiveIntegerField(_("mails found"), default=0, db_default=0)
    notes = models.PositiveIntegerField(_("notes of integrations found"), default=0, db_default=0)
    erased_events = models.PositiveIntegerField(_("events erased"), default=0)
    cleared_tries = models.PositiveIntegerField(_("tries whose answers were removed"), default=0)
    removed_mails = models.PositiveIntegerField(_("mails removed"), default=0)
    cleared_notes = models.PositiveIntegerField(_("notes of integrations removed"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure of a customer")
        verbose_name_plural = _("erasures of customers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["looking", "found", "erasing", "done", "cancelled"]),
                name="webhooks_erasure_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["looking", "found", "erasing"], finished_at__isnull=True)
                | Q(state__in=["done", "cancelled"], finished_at__isnull=False, wanted_ciphertext__isnull=True),
                name="webhooks_erasure_forgets",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="webhooks_erasure_by_org"),
            models.Index(
                fields=["id"], condition=Q(state__in=["looking", "erasing"]), name="webhooks_erasure_under_way"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_id("era", self.pk)

    @property
    def under_way(self) -> bool:
        return self.state in {self.State.LOOKING, self.State.ERASING}

    @property
    def finished(self) -> bool:
        return self.finished_at is not None


class FoundOrder(models.Model):
    """An order that holds the customer. `at_event` is the last of its events that was erased, `erased_at` when all were.

    It stays for a little while after that, since a try that was under way then may still have its answer recorded.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    erasure = models.ForeignKey(CustomerErasure, models.CASCADE, related_name="found", db_index=False)
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False)
    order_id = models.CharField(max_length=80)
    at_event = models.UUIDField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("order found for an erasure")
        verbose_name_plural = _("orders found for erasures")
        constraints = [
            models.UniqueConstraint(fields=["erasure", "store", "order_id"], name="webhooks_foundorder_once")
        ]
        indexes = [
            models.Index(fields=["erased_at"], condition=Q(erased_at__isnull=False), name="webhooks_foundorder_erased"),
        ]

    def __str__(self) -> str:
        return self.order_id
