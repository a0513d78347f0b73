"""Notices: which mails about an endpoint's failing were sent to whom, so that each is sent once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from webhooks.models.endpoint import Endpoint


class OwnerNotice(models.Model):
    """One mail to an endpoint's owners: one row for each endpoint, period of failing and step."""

    class Step(models.TextChoices):
        HOUR = "1h", _("Failing for an hour")
        DAY = "24h", _("Failing for a day")
        THREE_DAYS = "72h", _("Failing for three days")
        DISABLED = "disabled", _("Switched off")
        RECOVERED = "recovered", _("Delivering again")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="owner_notices", verbose_name=_("endpoint"))
    failing_since = models.DateTimeField(_("failing since"))
    step = models.CharField(_("step"), max_length=10, choices=Step.choices)
    detail = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Written by older code alone: whom a mail went to, before there was an outbox.
    sent_to = ArrayField(models.EmailField(max_length=254), verbose_name=_("sent to"), default=list)
    #: Since when its mails are in the outbox.
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("owner notice")
        verbose_name_plural = _("owner notices")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "failing_since", "step"], name="webhooks_notice_once"),
            models.CheckConstraint(
                condition=Q(step__in=["1h", "24h", "72h", "disabled", "recovered"]), name="webhooks_notice_step"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(sent_at__isnull=True), name="webhooks_notice_unsent"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.step}"
