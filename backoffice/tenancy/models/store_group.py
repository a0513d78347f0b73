"""Groups of stores: how an organization with thousands of them speaks of a region or a brand."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models.organization import Organization, Store


class StoreGroup(models.Model):
    """A named set of an organization's stores; a store may be in several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="store_groups", verbose_name=_("organization")
    )
    name = models.CharField(_("name"), max_length=80)
    stores = models.ManyToManyField(Store, related_name="groups", blank=True, verbose_name=_("stores"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("store group")
        verbose_name_plural = _("store groups")
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="tenancy_group_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id("grp", self.pk)
