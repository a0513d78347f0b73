"""When actions run by themselves."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from integrations.models.integration import Integration


class Every(models.TextChoices):
    """The contract's schedules, and none."""

    OFF = "off", _("Only by hand")
    MINUTE = "minutely", _("Every minute")
    HOUR = "hourly", _("Every hour")
    DAY = "daily", _("Every day")


class ActionSchedule(models.Model):
    """When one action of an integration is due. What is due while it may not run is passed over, never caught up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="schedules", verbose_name=_("integration")
    )
    action = models.CharField(_("action"), max_length=60)
    every = models.CharField(_("runs"), max_length=10, choices=Every, default=Every.OFF)
    at = models.TimeField(_("at"), null=True, blank=True, help_text=_("On the store's own clock."))
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        default="",
        db_default="",
        blank=True,
        editable=False,
        help_text=_("Of the store when the next time was told; where the store has another by now, it is told anew."),
    )
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True)
    held_up_at = models.DateTimeField(
        _("held up"),
        null=True,
        blank=True,
        help_text=_("When it was last due while the run before was still going on."),
    )

    class Meta:
        verbose_name = _("schedule of an action")
        verbose_name_plural = _("schedules of actions")
        constraints = [
            models.UniqueConstraint(fields=["integration", "action"], name="integrations_schedule_once"),
            models.CheckConstraint(condition=Q(every__in=Every.values), name="integrations_schedule_every"),
            models.CheckConstraint(
                condition=Q(every=Every.DAY, at__isnull=False) | (~Q(every=Every.DAY) & Q(at__isnull=True)),
                name="integrations_schedule_at",
            ),
            models.CheckConstraint(
                condition=Q(every=Every.OFF, next_due_at__isnull=True)
                | (~Q(every=Every.OFF) & Q(next_due_at__isnull=False)),
                name="integrations_schedule_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=Q(next_due_at__isnull=False), name="integrations_schedule_next"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.integration_id}: {self.every}"
