"""Organizations, the tenants, and their stores."""

import uuid
import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7

STORE_CODE = RegexValidator(
    r"\A[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\Z", _("Use letters, digits and hyphens, at most 32 characters.")
)
CURRENCY = RegexValidator(r"\A[A-Z]{3}\Z", _("Use a currency code of three capital letters, such as USD."))


def validate_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is no time zone. Use a name such as America/New_York."), params={"name": name}
        )


class Organization(models.Model):
    """A customer of the vendor: the tenant every other row belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=60, unique=True, help_text=_("Its part of every page's address."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tenancy:organization", args=[self.slug])


class StoreQuerySet(models.QuerySet["Store"]):
    def by_name(self) -> "StoreQuerySet":
        return self.order_by("name", "pk")

    def with_code(self, organization_id: uuid.UUID, code: str) -> "StoreQuerySet":
        """The organization's store with this code, however its letters are cased."""
        found = models.Func(
            models.Value(organization_id, models.UUIDField()), models.Value(code), function="tenancy_store_by_code"
        )
        return self.filter(pk=models.ExpressionWrapper(found, models.UUIDField()))

    def trading(self) -> "StoreQuerySet":
        """Those that are not closed."""
        return self.filter(closed_at__isnull=True)

    def closed(self) -> "StoreQuerySet":
        return self.filter(closed_at__isnull=False)


class Store(models.Model):
    """One location of an organization. Its code is unique there and is its part of a page's address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="stores", verbose_name=_("organization")
    )
    code = models.CharField(_("code"), max_length=32, validators=[STORE_CODE])
    name = models.CharField(_("name"), max_length=120)
    timezone = models.CharField(_("time zone"), max_length=64, validators=[validate_timezone])
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY])
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    closed_at = models.DateTimeField(
        _("closed"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since when nothing of the store works any more."),
    )
    ended_at = models.DateTimeField(
        _("ended"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since when its keys and secrets are destroyed: it cannot be opened again."),
    )

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        constraints = [
            models.UniqueConstraint("organization", Upper("code"), name="tenancy_store_code"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(closed_at__isnull=False),
                name="tenancy_store_ended_is_closed",
            ),
        ]
        indexes = [models.Index(fields=["organization", "name", "id"], name="tenancy_store_by_name")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def get_absolute_url(self) -> str:
        return reverse("tenancy:store", args=[self.organization.slug, self.code])

    @property
    def public_id(self) -> str:
        return public_id("sto", self.pk)
