"""Settings that all stores of an organization share for one provider."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Organization
from integrations.models.secret import StoredSecret


class BrandSettings(models.Model):
    """One provider's brand values. `filled` names those that have one, secrets included; `to_follow` says that endpoints still have to hear of a change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="brand_settings", verbose_name=_("organization")
    )
    provider_slug = models.SlugField(_("provider"), max_length=40)
    setting_values = models.JSONField(
        _("settings"), default=dict, blank=True, help_text=_("Secrets are kept apart, encrypted.")
    )
    filled = ArrayField(models.CharField(max_length=60), verbose_name=_("filled in"), default=list, blank=True)
    saved_at = models.DateTimeField(_("saved"), auto_now=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("saved by")
    )
    to_follow = models.BooleanField(_("to follow"), default=False, editable=False)

    class Meta:
        verbose_name = _("brand settings")
        verbose_name_plural = _("brand settings")
        constraints = [
            models.UniqueConstraint(fields=["organization", "provider_slug"], name="integrations_brand_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(to_follow=True), name="integrations_brand_to_follow"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_slug} of {self.organization}"


class BrandSecret(StoredSecret):
    """One secret that all stores of an organization share, bound to organization, provider and name."""

    brand = models.ForeignKey(BrandSettings, models.CASCADE, related_name="secrets", verbose_name=_("brand settings"))

    class Meta:
        verbose_name = _("brand secret")
        verbose_name_plural = _("brand secrets")
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="integrations_brand_secret_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.brand_id}"
