"""What all workers have done since the beginning, kept in the database, so that any process can tell it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class EngineTotals(models.Model):
    """Running totals of the write-backs, added to in the same statement. A worker adds to the slot its number falls on.

    Several slots, so that workers hardly ever wait for each other's row; their sum is the truth. Totals only rise.
    """

    SLOTS = 64

    slot = models.PositiveSmallIntegerField(_("slot"), primary_key=True)
    delivered = models.PositiveBigIntegerField(_("delivered"), default=0)
    retried = models.PositiveBigIntegerField(_("to be tried again"), default=0)
    exhausted = models.PositiveBigIntegerField(_("failed"), default=0)
    parked = models.PositiveBigIntegerField(_("parked"), default=0)
    cancelled = models.PositiveBigIntegerField(_("stopped"), default=0)
    late = models.PositiveBigIntegerField(_("late attempts"), default=0)
    latency_sum_ms = models.FloatField(_("time of all attempts in ms"), default=0)
    latency_buckets = ArrayField(
        models.PositiveBigIntegerField(),
        verbose_name=_("latency buckets"),
        default=list,
        help_text=_("Attempts by total time: up to 1, 2, 4 ... 32,768 ms, then slower."),
    )
    flushed_rows = models.PositiveBigIntegerField(_("results written"), default=0)
    flush_buckets = ArrayField(
        models.PositiveBigIntegerField(),
        verbose_name=_("write-backs by size"),
        default=list,
        help_text=_("Write-backs of up to 1, 2, 4 ... 256 results, then larger ones."),
    )

    class Meta:
        verbose_name = _("engine totals")
        verbose_name_plural = _("engine totals")

    def __str__(self) -> str:
        return str(self.slot)
