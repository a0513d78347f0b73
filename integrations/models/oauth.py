"""Accounts connected by OAuth: how each stands, authorizations that somebody has begun, and those that the service is still to end."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from integrations.models.integration import Integration

#: So long may somebody take at the service before the answer is refused.
AUTHORIZATION_LIFETIME = timedelta(minutes=10)


class OAuthGrant(models.Model):
    """What an integration may do at its service; the tokens themselves are secrets of the integration.

    `lost_at` says that the service takes the tokens no longer and `problem` why: somebody has to connect the account again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.OneToOneField(Integration, models.CASCADE, related_name="grant", verbose_name=_("integration"))
    expires_at = models.DateTimeField(_("access token expires"), null=True, blank=True)
    connected_at = models.DateTimeField(_("connected"))
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("connected by"),
    )
    refreshed_at = models.DateTimeField(_("refreshed"), null=True, blank=True)
    lost_at = models.DateTimeField(_("lost"), null=True, blank=True)
    problem = models.TextField(_("problem"), blank=True)

    class Meta:
        verbose_name = _("connected account")
        verbose_name_plural = _("connected accounts")
        indexes = [models.Index(fields=["expires_at"], name="integrations_grant_expires")]

    def __str__(self) -> str:
        return f"account of {self.integration_id}"


class PendingAuthorization(models.Model):
    """Somebody was sent to the service and is expected back, in the same session, once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="+", verbose_name=_("integration"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    state_sha256 = models.CharField(_("SHA-256 of the state"), max_length=64, unique=True)
    session_sha256 = models.CharField(_("SHA-256 of the session's key"), max_length=64)
    verifier = models.BinaryField(_("code verifier, encrypted"))
    version = models.PositiveIntegerField(
        _("version of the settings"),
        null=True,
        help_text=_("With which the service was asked; an answer to others is refused."),
    )
    begun_at = models.DateTimeField(_("begun"), auto_now_add=True)

    class Meta:
        verbose_name = _("pending authorization")
        verbose_name_plural = _("pending authorizations")
        indexes = [models.Index(fields=["begun_at"], name="integrations_pending_begun")]

    def __str__(self) -> str:
        return f"authorization for {self.integration_id}"


class Revocation(models.Model):
    """An access that was given up here and that its service is still to be told of.

    `sealed` is all that takes, encrypted: the address, as which client, and the token. Settings may change meanwhile.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="+", verbose_name=_("integration"))
    sealed = models.BinaryField(_("what to ask, encrypted"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        indexes = [models.Index(fields=["due_at"], name="integrations_revocation_due")]

    def __str__(self) -> str:
        return f"revocation for {self.integration_id}"
