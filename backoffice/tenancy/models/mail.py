"""Mails that are to go out, one row for each person, and which of them each member chose to get."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models.member import Member
from backoffice.tenancy.models.organization import Organization, Store
from backoffice.tenancy.models.store_group import StoreGroup


class Mail(models.Model):
    """One mail to one person or address, about one thing, which the database allows once.

    It is noted in the transaction that it is about. Whether it is still to go out, and what became of it, stands in `state`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        NOT_WANTED = "not_wanted", _("Not wanted any more")
        REFUSED = "refused", _("Refused by the mail server")
        GIVEN_UP = "given_up", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("organization"), db_index=False
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
        db_index=False,
        help_text=_("Empty: about the organization."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to a member"),
    )
    to = models.EmailField(_("to an address"), max_length=254, blank=True, help_text=_("Empty: to the member's own."))
    kind = models.CharField(_("kind"), max_length=40)
    about = models.CharField(_("about"), max_length=80)
    facts = models.JSONField(
        _("facts"), default=dict, blank=True, help_text=_("What its words need; emptied once it has gone out.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"))
    expires_at = models.DateTimeField(_("given up at"), help_text=_("Later it would be no news any more."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about", "user", "to"], nulls_distinct=False, name="tenancy_mail_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, to="") | (Q(user__isnull=True) & ~Q(to="")),
                name="tenancy_mail_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "not_wanted", "refused", "given_up"]),
                name="tenancy_mail_state",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="tenancy_mail_ended_at",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="tenancy_mail_waiting"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="tenancy_mail_ended"),
            models.Index(fields=["organization", "-id"], name="tenancy_mail_by_org"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} about {self.about}"


class MailChoice(models.Model):
    """Which mails of one topic a member gets. Without a row it is as the topic has it for the member's role."""

    class Reach(models.TextChoices):
        ALL = "all", _("About every store")
        SOME = "some", _("About some stores")
        NONE = "none", _("None")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="mail_choices", verbose_name=_("member"))
    topic = models.CharField(_("topic"), max_length=40)
    reach = models.CharField(_("which"), max_length=4, choices=Reach)
    stores = models.ManyToManyField(Store, related_name="+", blank=True, verbose_name=_("stores"))
    groups = models.ManyToManyField(StoreGroup, related_name="+", blank=True, verbose_name=_("store groups"))

    class Meta:
        verbose_name = _("choice of mails")
        verbose_name_plural = _("choices of mails")
        constraints = [
            models.UniqueConstraint(fields=["member", "topic"], name="tenancy_mail_choice_once"),
            models.CheckConstraint(condition=Q(reach__in=["all", "some", "none"]), name="tenancy_mail_choice_reach"),
        ]
        indexes = [models.Index(fields=["topic", "reach", "member"], name="tenancy_mail_choice_by_topic")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_reach_display()}"
