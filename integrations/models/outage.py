"""The times in which integrations failed, as far as somebody wants to hear of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from integrations.models.integration import Integration


class Outage(models.Model):
    """One time in which an integration failed: its beginning and its end are each told once, to `email` if there is one, and to members who asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="outages", verbose_name=_("integration"))
    email = models.EmailField(_("told to"), max_length=254)
    began_at = models.DateTimeField(_("began"))
    problem = models.TextField(_("problem"), blank=True)
    began_told_at = models.DateTimeField(_("beginning told"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_told_at = models.DateTimeField(_("end told"), null=True, blank=True)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints = [
            models.UniqueConstraint(
                fields=["integration"], condition=Q(ended_at__isnull=True), name="integrations_outage_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(began_told_at__isnull=True) | Q(ended_at__isnull=False, ended_told_at__isnull=True),
                name="integrations_outage_untold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.integration_id} since {self.began_at}"
