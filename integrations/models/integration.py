"""Integrations: a provider added to a store, its settings, and the consent it was added with."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Store
from integrations.models.secret import StoredSecret


class IntegrationQuerySet(models.QuerySet["Integration"]):
    def active(self) -> "IntegrationQuerySet":
        return self.filter(deactivated_at__isnull=True)

    def deactivated(self) -> "IntegrationQuerySet":
        return self.filter(deactivated_at__isnull=False)


class Integration(models.Model):
    """A provider added to a store. Deactivated, it keeps its settings and history and does nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="integrations", verbose_name=_("store"))
    provider_slug = models.SlugField(_("provider"), max_length=40)
    slot = models.PositiveSmallIntegerField(
        _("slot"), default=0, help_text=_("Tells several integrations of one provider in a store apart.")
    )
    setting_values = models.JSONField(
        _("settings"), default=dict, blank=True, help_text=_("Secrets are kept apart, encrypted.")
    )
    remembered = models.JSONField(
        _("remembered"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("What the service gave out, such as the number of a webhook."),
    )
    inbound_token = models.CharField(_("inbound token"), max_length=48, null=True, unique=True, editable=False)  # noqa: DJ001  unique, and made on first use
    settings_saved_at = models.DateTimeField(_("settings saved"), null=True, blank=True)
    version = models.PositiveIntegerField(
        _("version"), default=0, help_text=_("Rises with each save, so that no edit is lost.")
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("added by")
    )
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    failing_since = models.DateTimeField(
        _("failing since"), null=True, blank=True, help_text=_("Of its actions; its orders have a lane that knows.")
    )
    notification_email = models.EmailField(
        _("notification address"),
        max_length=254,
        default="",
        db_default="",
        blank=True,
        help_text=_("Who gets a mail when the integration starts failing, and when it works again."),
    )

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "provider_slug", "slot"],
                condition=Q(deactivated_at__isnull=True),
                name="integrations_active_once",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="integrations_by_store"),
            models.Index(fields=["provider_slug"], name="integrations_by_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_slug} ({self.store})"

    @property
    def public_id(self) -> str:
        return public_id("int", self.pk)


class IntegrationSecret(StoredSecret):
    """One secret setting of an integration, bound to its row."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="secrets", verbose_name=_("integration"))

    class Meta:
        verbose_name = _("integration secret")
        verbose_name_plural = _("integration secrets")
        constraints = [models.UniqueConstraint(fields=["integration", "name"], name="integrations_secret_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.integration_id}"


class Consent(models.Model):
    """Who accepted which terms for which store, when and from where. A trigger refuses every update and delete."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(Integration, models.PROTECT, related_name="consents", verbose_name=_("integration"))
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    provider_slug = models.SlugField(_("provider"), max_length=40)
    terms_version = models.CharField(_("terms version"), max_length=20)
    terms_sha256 = models.CharField(_("SHA-256 of the terms"), max_length=64)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted"), auto_now_add=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["store", "provider_slug", "-id"], name="integrations_consent_latest")]

    def __str__(self) -> str:
        return f"{self.provider_slug} {self.terms_version}"
