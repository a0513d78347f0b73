"""The audit table: one row for each change anyone made, which nobody can alter."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models.organization import Organization, Store


class AuditEntry(models.Model):
    """Who did what to which thing, when, and in which request. A trigger refuses every update and delete."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    # Indexes of their own would be the first halves of those below, and a row in them for each of thousands of changes.
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="audit_entries",
        verbose_name=_("organization"),
    )
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("store")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
        help_text=_("Empty where the system or an API key acted."),
    )
    impersonator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("impersonator"),
    )
    api_key = models.CharField(
        _("API key"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("The key that acted: its name and its masked text, as they were then."),
    )
    action = models.CharField(_("action"), max_length=60)
    target_type = models.CharField(_("kind of target"), max_length=60)
    target_id = models.CharField(_("target"), max_length=64)
    target_label = models.CharField(_("target's name"), max_length=200)
    changes = models.JSONField(_("changes"), default=dict)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["organization", "-id"], name="tenancy_audit_by_org"),
            models.Index(fields=["store", "-id"], name="tenancy_audit_by_store"),
            models.Index(fields=["target_type", "target_id", "-id"], name="tenancy_audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}"

    @property
    def who(self) -> str:
        """The person, the API key or the system, in words; of support that acts in a person's name no more than that."""
        if self.actor is not None:
            if self.impersonator_id is None:
                return str(self.actor)
            return gettext("%(person)s, by support") % {"person": self.actor}
        return gettext("API key %(key)s") % {"key": self.api_key} if self.api_key else gettext("System")
