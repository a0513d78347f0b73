"""How support offers each provider of the catalog, and how many stores use it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderListing(models.Model):
    """What support decides about one provider. A provider without a row is offered as its file declares."""

    slug = models.SlugField(_("provider"), max_length=40, primary_key=True)
    enabled = models.BooleanField(
        _("switched on"),
        default=True,
        db_default=True,
        help_text=_(
            "Switched off, no store can add it, and the integrations there are do nothing until it is switched on again. "
            "Their settings and history stay, orders wait."
        ),
    )
    beta = models.BooleanField(_("beta"), default=False, db_default=False)
    featured = models.BooleanField(
        _("featured"), default=False, db_default=False, help_text=_("Stands first in the catalog.")
    )
    note = models.CharField(
        _("note"),
        max_length=200,
        default="",
        db_default="",
        blank=True,
        help_text=_("Customers read it on the tile, such as why it is switched off and until when."),
    )

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.slug

    @property
    def popularity(self) -> int:
        """Stores that used it when it was last counted."""
        return self.adoption.stores if hasattr(self, "adoption") else 0


class ProviderAdoption(models.Model):
    """How many use a provider, as last counted: counting millions of integrations is nothing for a page."""

    listing = models.OneToOneField(
        ProviderListing, models.CASCADE, primary_key=True, related_name="adoption", verbose_name=_("provider")
    )
    stores = models.PositiveIntegerField(
        _("stores"), help_text=_("With a license and an active integration that is set up.")
    )
    active = models.PositiveIntegerField(_("active integrations"))
    failing = models.PositiveIntegerField(_("failing integrations"), help_text=_("Of the active ones."))
    deactivated = models.PositiveIntegerField(_("deactivated integrations"))
    counted_at = models.DateTimeField(_("counted"))

    class Meta:
        verbose_name = _("adoption of a provider")
        verbose_name_plural = _("adoption of providers")

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.stores}"
