"""What a service said can be chosen, as it was when somebody last asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from integrations.models.integration import Integration


class FetchedChoices(models.Model):
    """The choices of one setting of an integration: `options` is a list of [value, label]."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="fetched_choices", verbose_name=_("integration")
    )
    name = models.CharField(_("setting"), max_length=60)
    options = models.JSONField(_("options"), default=list)
    fetched_at = models.DateTimeField(_("fetched"), auto_now=True)

    class Meta:
        verbose_name = _("fetched choices")
        verbose_name_plural = _("fetched choices")
        constraints = [models.UniqueConstraint(fields=["integration", "name"], name="integrations_choices_once")]

    def __str__(self) -> str:
        return f"choices of {self.name} for {self.integration_id}"
