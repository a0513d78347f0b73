"""Runs of actions, what came of each item, and how far each action has come."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from integrations.models.integration import Integration


class Trigger(models.TextChoices):
    MANUAL = "manual", _("By hand")
    SCHEDULED = "scheduled", _("On schedule")
    CONTINUOUS = "continuous", _("Every minute")
    RETRY = "retry", _("Retry")
    SUPPORT = "support", _("By support")


class RunState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    PARTLY_SUCCEEDED = "partly_succeeded", _("Partly succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    STALLED = "stalled", _("Stalled")


UNFINISHED = (RunState.QUEUED.value, RunState.RUNNING.value)


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> "RunQuerySet":
        return self.filter(state__in=UNFINISHED)


class Run(models.Model):
    """One execution of an action. Who holds `lease` writes it; a holder that falls silent loses it to another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="runs", verbose_name=_("integration"))
    action = models.CharField(_("action"), max_length=60)
    trigger = models.CharField(_("started"), max_length=10, choices=Trigger)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    only = ArrayField(models.CharField(max_length=200), verbose_name=_("items to do again"), default=list, blank=True)
    dry_run = models.BooleanField(_("dry run"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=RunState, default=RunState.QUEUED)
    expected = models.PositiveIntegerField(_("expected"), null=True, blank=True)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    counts_at_checkpoint = models.JSONField(default=dict, editable=False)
    cursor = models.TextField(_("cursor"), blank=True)
    lease = models.UUIDField(null=True, editable=False)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested"), null=True, blank=True)
    problem = models.TextField(_("problem"), blank=True)
    retry_at = models.DateTimeField(_("next try"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    queued_at = models.DateTimeField(_("queued"), auto_now_add=True)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "action"], condition=Q(state__in=UNFINISHED), name="integrations_run_once"
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="integrations_run_state"),
        ]
        indexes = [
            models.Index(fields=["integration", "-id"], name="integrations_run_history"),
            models.Index(fields=["state", "id"], condition=Q(state__in=UNFINISHED), name="integrations_run_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.integration_id}"

    @property
    def public_id(self) -> str:
        return public_id("run", self.pk)

    @property
    def finished(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def done(self) -> int:
        """How many items were counted, whatever became of them."""
        return self.created + self.updated + self.skipped + self.failed


class RunItem(models.Model):
    """What became of one item of a run: of those that failed and of the others, each up to a bound."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("Created")
        UPDATED = "updated", _("Updated")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="items", verbose_name=_("run"))
    key = models.CharField(_("item"), max_length=200)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    note = models.TextField(_("what is wrong"), blank=True)
    hint = models.TextField(_("what to do"), blank=True)

    class Meta:
        verbose_name = _("item of a run")
        verbose_name_plural = _("items of runs")
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="integrations_run_item_once")]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="integrations_run_items")]

    def __str__(self) -> str:
        return f"{self.key}: {self.outcome}"


class ActionState(models.Model):
    """How far an action has come, for the run after this one, and whether it works."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="action_states", verbose_name=_("integration")
    )
    action = models.CharField(_("action"), max_length=60)
    cursor = models.TextField(_("cursor"), blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    problem = models.TextField(_("problem"), default="", db_default="", blank=True)
    ended_at = models.DateTimeField(_("last ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of an action")
        verbose_name_plural = _("states of actions")
        constraints = [models.UniqueConstraint(fields=["integration", "action"], name="integrations_action_state_once")]

    def __str__(self) -> str:
        return f"{self.action} of {self.integration_id}"


class RunMail(models.Model):
    """A mail that a run asked for, noted with its checkpoint; from `sent_at` on its words are in the outbox."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="mails", verbose_name=_("run"))
    to = models.EmailField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail of a run")
        verbose_name_plural = _("mails of runs")
        indexes = [models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="integrations_mail_unsent")]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class SeenOrder(models.Model):
    """The state in which an order of a shop was last taken in, so that the same state makes no second event."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="seen_orders", verbose_name=_("integration")
    )
    shop_id = models.CharField(_("the shop's id"), max_length=200)
    state = models.CharField(_("state"), max_length=10)
    changed_at = models.DateTimeField(_("changed in the shop"))
    seen_at = models.DateTimeField(_("seen"), auto_now=True)

    class Meta:
        verbose_name = _("seen order")
        verbose_name_plural = _("seen orders")
        constraints = [models.UniqueConstraint(fields=["integration", "shop_id"], name="integrations_seen_once")]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.state}"
