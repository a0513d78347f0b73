"""The outbox: mails are noted in the transaction they are about, and sent once each afterwards."""

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from time import monotonic
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from backoffice import broker
from backoffice.tenancy.mails.choices import recipients
from backoffice.tenancy.mails.links import Foot
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Mail, Organization, Store
from backoffice.web.mail import message

logger = logging.getLogger(__name__)

SEND_TASK = "tenancy.send_mails"
#: How long what is told stays news, unless its kind says otherwise.
A_DAY = timedelta(days=1)
#: Rows that ended are kept for support for so long.
KEPT = timedelta(days=90)
_AT_A_TIME = 500
#: Seconds after which a round ends; the next one goes on.
_ROUND = 50.0
_LONGEST_PAUSE = timedelta(hours=1)
#: Errors that say something of one mail; any other of the mail server's is its own.
_OF_THIS_MAIL = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)
#: Reply codes from here on are for good (RFC 5321, section 4.2.1); those before ask to try again.
_FOR_GOOD = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str = ""


#: Words for a mail, with what stands below it; None where there is nothing to say any more. `foot` is None for an address that is
#: no member's.
Compose = Callable[[Mail, Foot | None], Letter | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail: its words, the topic by which members choose, and for how long it is news.

    Without a topic it goes only to addresses that somebody entered.
    """

    code: str
    compose: Compose
    topic: Topic | None = None
    news_for: timedelta = A_DAY


_kinds: dict[str, Kind] = {}


def register_kinds(*kinds: Kind) -> None:
    """Called in `AppConfig.ready`."""
    for kind in kinds:
        _kinds[kind.code] = kind


def known_kinds() -> list[str]:
    """The codes of all that are registered, in their order."""
    return sorted(_kinds)


def put(
    kind: Kind,
    *,
    about: str,
    organization: Organization,
    store: Store | None = None,
    addresses: Iterable[str] = (),
    only_user: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Note a mail to each member who wants the kind's topic, and to each of `addresses`, in the caller's transaction.

    Sending starts after the commit. `about` names the thing: the same kind about the same thing is noted once for each recipient,
    however often this is called. With `only_user` no other member gets it.
    """
    now = timezone.now()
    to: list[tuple[int | None, str]] = [(None, address) for address in addresses]
    if kind.topic is not None:
        members = recipients(kind.topic, organization=organization, store=store)
        wanting = members if only_user is None else members.filter(user_id=only_user)
        to += [(user, "") for user in wanting.values_list("user_id", flat=True)]
    rows = [
        Mail(
            organization=organization,
            store=store,
            user_id=user,
            to=address,
            kind=kind.code,
            about=about,
            facts=dict(facts or {}),
            due_at=now,
            expires_at=now + kind.news_for,
        )
        for user, address in to
    ]
    if rows:
        Mail.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(partial(broker.send, SEND_TASK), robust=True)


def send_waiting(now: datetime) -> int:
    """One round: give up what is no news any more, send what is due; returns how many went out.

    Two rounds at once share the mails. A mail that cannot be sent is tried again, later each time, and holds no other up; when the
    mail server is away the round ends. A process killed between sending a mail and its commit leaves it to be sent twice, under the
    same Message-ID.
    """
    _give_up(now)
    due = Mail.objects.filter(state=Mail.State.WAITING, due_at__lte=now).order_by("due_at", "id")
    waiting = list(due.values_list("pk", flat=True)[:_AT_A_TIME])
    started, sent, connection = monotonic(), 0, get_connection()
    try:
        if waiting:
            connection.open()
    except OSError as error:
        logger.warning("The mail server is away: %s. Mails wait.", type(error).__name__)
        return 0
    try:
        for pk in waiting:
            if monotonic() - started > _ROUND:
                break
            try:
                sent += _send(pk, connection)
            except _OF_THIS_MAIL as error:
                logger.warning("Mail %s was not taken by the mail server: %s", pk, type(error).__name__)
                _try_later(pk, now)
            except OSError as error:
                logger.warning("The mail server is away: %s. Mails wait.", type(error).__name__)
                _try_later(pk, now)
                break
            except Exception:
                logger.exception("Mail %s could not be written.", pk)
                _try_later(pk, now)
    finally:
        connection.close()
    return sent


def prune(now: datetime) -> int:
    """Remove a bounded number of the mails that ended long ago; returns how many."""
    old = Mail.objects.filter(ended_at__lt=now - KEPT).order_by("ended_at").values_list("pk", flat=True)
    removed = list(old[:_AT_A_TIME])
    Mail.objects.filter(pk__in=removed).delete()
    return len(removed)


@transaction.atomic
def _send(pk: uuid.UUID, connection: Any) -> bool:
    """False where another round has it, or nobody wants it any more."""
    mail = (
        Mail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organization", "store__organization", "user")
        .filter(pk=pk, state=Mail.State.WAITING)
        .first()
    )
    if mail is None:
        return False
    ready = _ready(mail)
    if ready is None:
        return _end(mail, Mail.State.NOT_WANTED)
    ready.connection = connection
    try:
        ready.send()
    except SMTPRecipientsRefused as refused:
        if any(code < _FOR_GOOD for code, _text in refused.recipients.values()):
            raise
        logger.warning("The mail server refuses the recipient of mail %s.", pk)
        return _end(mail, Mail.State.REFUSED)
    return _end(mail, Mail.State.SENT)


def _ready(mail: Mail) -> EmailMultiAlternatives | None:
    """The message; None where its reader has left, lost the store or chosen otherwise meanwhile, or there is nothing to say."""
    kind, foot, to = _kinds[mail.kind], None, mail.to
    if mail.user is not None:
        assert kind.topic is not None  # noqa: S101  # `put` finds members by it
        wanting = recipients(kind.topic, organization=mail.organization, store=mail.store)
        member = wanting.filter(user=mail.user).first()
        if member is None:
            return None
        member.organization = mail.organization
        foot, to = Foot.of(kind.topic, member), mail.user.email
    letter = kind.compose(mail, foot)
    if letter is None:
        return None
    headers = foot.headers() if foot else {}
    return message(str(mail.pk), to=to, subject=letter.subject, text=letter.text, html=letter.html, headers=headers)


def _end(mail: Mail, state: Mail.State) -> bool:
    mail.state, mail.ended_at, mail.facts = state, timezone.now(), {}
    mail.save(update_fields=["state", "ended_at", "facts"])
    return state == Mail.State.SENT


def _try_later(pk: uuid.UUID, now: datetime) -> None:
    mail = Mail.objects.filter(pk=pk, state=Mail.State.WAITING)
    tries = mail.values_list("tries", flat=True).first() or 0
    mail.update(tries=tries + 1, due_at=now + min(timedelta(minutes=2 ** min(tries, 10)), _LONGEST_PAUSE))


def _give_up(now: datetime) -> None:
    over = Mail.objects.filter(state=Mail.State.WAITING, expires_at__lte=now)
    if given_up := over.update(state=Mail.State.GIVEN_UP, ended_at=now, facts={}):
        logger.error("%d mails could not be sent while they were news, and are given up.", given_up)
