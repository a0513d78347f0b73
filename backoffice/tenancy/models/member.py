"""Members: a user's role in an organization."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models.organization import Organization, Store, StoreQuerySet
from backoffice.tenancy.permissions import ROLES, Permission, Role


class Member(models.Model):
    """One user in one organization, with one role; some roles reach only the stores they are given."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="members", verbose_name=_("organization")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role_code = models.CharField(_("role"), max_length=20, choices={code: role.name for code, role in ROLES.items()})
    given_stores = models.ManyToManyField(
        Store,
        related_name="members",
        blank=True,
        verbose_name=_("stores"),
        help_text=_("For store owners and viewers: the stores they reach. Other roles reach every store."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="tenancy_member_once"),
            models.CheckConstraint(condition=models.Q(role_code__in=list(ROLES)), name="tenancy_member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role.name}"

    @property
    def role(self) -> Role:
        return ROLES[self.role_code]

    def may(self, permission: Permission) -> bool:
        return permission in self.role.permissions

    def stores(self) -> StoreQuerySet:
        """The stores this member works with: those they reach that are not closed."""
        return self.every_store_reached().trading()

    def every_store_reached(self) -> StoreQuerySet:
        """The stores this member reaches, closed ones too, and no other: every page's store comes from here."""
        if self.role.every_store:
            return Store.objects.filter(organization_id=self.organization_id)
        return Store.objects.filter(organization_id=self.organization_id, members=self)
