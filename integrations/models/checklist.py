"""Who put the setup checklist of which store aside."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.models import Member, Store


class ChecklistDismissal(models.Model):
    """A member needs no checklist for a store any more, for as long as the steps that were `done` stay done."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", verbose_name=_("store"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("member"))
    done = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("steps done"))
    dismissed_at = models.DateTimeField(_("dismissed"), auto_now=True)

    class Meta:
        verbose_name = _("dismissed checklist")
        verbose_name_plural = _("dismissed checklists")
        constraints = [models.UniqueConstraint("store", "member", name="integrations_checklist_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.member_id}"
