"""Developer API keys: looked up by a keyed hash, kept encrypted for the page that may show them again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Organization, Store


class Scope(models.TextChoices):
    ORDERS_WRITE = "orders:write", _("Post orders")
    ORDERS_READ = "orders:read", _("Read orders and events")
    INTEGRATIONS_READ = "integrations:read", _("Read the store's integrations")
    WEBHOOKS_READ = "webhooks:read", _("Read webhook endpoints and deliveries")
    WEBHOOKS_WRITE = "webhooks:write", _("Change webhook endpoints and resend deliveries")


def every_scope() -> list[str]:
    return list(Scope.values)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self) -> "ApiKeyQuerySet":
        return self.filter(Q(revoked_at__isnull=True), Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))


class ApiKey(models.Model):
    """A key for the developer API: of one store, or of the organization for every store or for those chosen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="api_keys", verbose_name=_("organization"), db_index=False
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="api_keys",
        verbose_name=_("store"),
        help_text=_("Empty: a key of the organization."),
    )
    every_store = models.BooleanField(
        _("every store"),
        default=False,
        db_default=False,
        help_text=_("Whether a key of the organization opens every store, those added later as well."),
    )
    chosen_stores = models.ManyToManyField(
        Store,
        related_name="organization_api_keys",
        blank=True,
        verbose_name=_("stores"),
        help_text=_("The stores that a key of the organization opens, unless it opens every one."),
    )
    name = models.CharField(_("name"), max_length=80)
    lookup_hash = models.BinaryField(_("lookup hash"), max_length=32, unique=True, editable=False)
    ciphertext = models.BinaryField(_("ciphertext"), editable=False)
    masked = models.CharField(_("key"), max_length=32, editable=False)
    test = models.BooleanField(_("test key"), default=False, help_text=_("Orders posted with it are test orders."))
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("scopes"), default=every_scope)
    addresses = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("addresses"),
        default=list,
        blank=True,
        help_text=_("Networks the key may be used from, such as 203.0.113.0/24. Empty: from anywhere."),
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests a minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many requests the key may make in a minute. Empty: as many as every key."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("created by")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_used_address = models.GenericIPAddressField(_("last used from"), null=True, blank=True)

    #: Whether the store had the Integration Hub when `authenticate` read the key; of an organization's key, set by `open_store`.
    hub_licensed = False

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(store__isnull=True) | Q(every_store=False), name="integrations_key_every_store"
            ),
            models.CheckConstraint(
                condition=Q(requests_per_minute__isnull=True) | Q(requests_per_minute__gte=1),
                name="integrations_key_requests",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="integrations_key_by_store"),
            models.Index(fields=["organization", "-id"], name="integrations_key_by_organizat"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.masked}"

    @property
    def public_id(self) -> str:
        return public_id("key", self.pk)

    @property
    def usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class ApiKeyDay(models.Model):
    """How many calls a key made on one day of its store's calendar; of an organization's key, on one day of UTC."""

    id = models.BigAutoField(primary_key=True)
    api_key = models.ForeignKey(ApiKey, models.CASCADE, db_index=False, related_name="days", verbose_name=_("API key"))
    day = models.DateField(_("day"))
    calls = models.PositiveBigIntegerField(_("calls"), default=0)

    class Meta:
        verbose_name = _("calls of a day")
        verbose_name_plural = _("calls by day")
        constraints = [models.UniqueConstraint(fields=["api_key", "day"], name="integrations_key_day_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls}"
