"""Which mails each member wants, and who wants the mails about a store."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import MailChoice, Member, Organization, Store, StoreGroup
from backoffice.tenancy.permissions import ROLES

Reach = MailChoice.Reach
_EVERYWHERE = [code for code, role in ROLES.items() if role.every_store]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a member gets of one topic. Stores and groups count where the reach is `some`."""

    reach: str
    stores: frozenset[Store] = frozenset()
    groups: frozenset[StoreGroup] = frozenset()


def recipients(topic: Topic, *, organization: Organization, store: Store | None) -> QuerySet[Member]:
    """The members who want mails of this topic about the store, or, where it is None, about the organization as a whole.

    Only those who may get it and who reach the store now. What the organization shares goes to those who chose every store.
    """
    chosen = MailChoice.objects.filter(member=OuterRef("pk"), topic=topic.code)
    wanted = Q(Exists(chosen.filter(reach=Reach.ALL))) | Q(~Exists(chosen), role_code__in=topic.usual_roles)
    if topic.always is not None:
        wanted = Q(role_code__in=topic.usual_roles)
    reached = Q(role_code__in=_EVERYWHERE)
    if store is not None:
        given = Member.given_stores.through.objects.filter(member=OuterRef("pk"), store=store)
        reached |= Q(Exists(given))
        some = chosen.filter(reach=Reach.SOME)
        wanted |= Q(Exists(some.filter(Q(stores=store) | Q(groups__stores=store))))
    members = Member.objects.filter(
        wanted, reached, organization=organization, role_code__in=topic.roles, user__is_active=True
    )
    return members.select_related("user").order_by("pk")


def choices_of(member: Member, topics: Collection[Topic]) -> dict[str, Chosen]:
    """What the member gets, by the topic's code; in a constant number of queries."""
    codes = [topic.code for topic in topics]
    rows = MailChoice.objects.filter(member=member, topic__in=codes).prefetch_related("stores", "groups")
    found = {row.topic: Chosen(row.reach, frozenset(row.stores.all()), frozenset(row.groups.all())) for row in rows}
    return {topic.code: _effective(topic, member, found.get(topic.code)) for topic in topics}


def _effective(topic: Topic, member: Member, chosen: Chosen | None) -> Chosen:
    usual = Chosen(Reach.ALL if member.role_code in topic.usual_roles else Reach.NONE)
    return usual if chosen is None or topic.always is not None else chosen


@transaction.atomic
def choose(*, member: Member, wanted: Mapping[Topic, Chosen], by: User, how: str = "") -> None:
    """Set what a member gets of these topics; what nobody can switch off stays. `how` says of what is not done on the page.

    One audit row says what has changed, if anything has.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    before = choices_of(member, list(wanted))
    changes: dict[str, Any] = {}
    for topic, now in wanted.items():
        if topic.always is not None or _same(before[topic.code], now):
            continue
        row, _made = MailChoice.objects.update_or_create(member=member, topic=topic.code, defaults={"reach": now.reach})
        some = now.reach == Reach.SOME
        row.stores.set(now.stores if some else ())
        row.groups.set(now.groups if some else ())
        changes[topic.code] = [_shown(before[topic.code]), _shown(now)]
    if changes:
        record(
            action="member.mails_chosen",
            by=by,
            organization=member.organization,
            target=member,
            changes=changes | ({"how": how} if how else {}),
        )


def _same(one: Chosen, other: Chosen) -> bool:
    if one.reach != other.reach:
        return False
    return one.reach != Reach.SOME or (one.stores, one.groups) == (other.stores, other.groups)


def _shown(chosen: Chosen) -> str | dict[str, list[str]]:
    """What an audit row says of it."""
    if chosen.reach != Reach.SOME:
        return str(chosen.reach)
    return {
        "stores": sorted(store.code for store in chosen.stores),
        "groups": sorted(group.name for group in chosen.groups),
    }
