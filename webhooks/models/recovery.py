"""Recoveries: what an endpoint missed since some time, sent again a few events at a time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from webhooks.models.endpoint import Endpoint


class Recovery(models.Model):
    """One wish to send again what an endpoint missed, store by store.

    Events up to `reached` are out of question. `at_event` is the last event of `at_store` that was looked at, so that it goes on there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="recoveries", verbose_name=_("endpoint"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    reached = models.UUIDField(_("reached"))
    at_store = models.UUIDField(_("at store"), null=True, blank=True, editable=False)
    at_event = models.UUIDField(_("at event"), null=True, blank=True, editable=False)
    sent_again = models.PositiveIntegerField(_("sent again"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
        help_text=_("Empty where an API key asked."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint"], condition=Q(finished_at__isnull=True), name="webhooks_recovery_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="webhooks_recovery_since"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_id("rec", self.pk)
