"""The addresses at a mail's foot: the page where its reader chooses, and the one that stops it without signing in."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Member

_SALT = "backoffice.tenancy.mails.stop"


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands below a mail to a member: why it came, where to choose, and, unless it always comes, where to stop it."""

    topic: Topic
    organization: str
    choices_url: str
    stop_url: str

    @classmethod
    def of(cls, topic: Topic, member: Member) -> Self:
        slug, name = member.organization.slug, member.organization.name
        return cls(
            topic,
            name,
            settings.PUBLIC_URL + reverse("tenancy:mail_choices", args=[slug]),
            "" if topic.always else settings.PUBLIC_URL + reverse("tenancy:mail_stop", args=[token(topic, member)]),
        )

    def headers(self) -> dict[str, str]:
        """How a mail program offers to stop it (RFC 2369), in one step (RFC 8058)."""
        if not self.stop_url:
            return {}
        return {"List-Unsubscribe": f"<{self.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link in a mail may stop: one topic of one member."""

    organization_id: UUID
    member_id: UUID
    topic: str


def token(topic: Topic, member: Member) -> str:
    """Signed, and without an end: a mail may be read years later. It does nothing but stop these mails."""
    values = [member.organization_id.hex, member.pk.hex, topic.code]
    return signing.dumps(values, salt=_SALT, compress=False)


def read_token(text: str) -> Stop | None:
    """None where the text was not signed by us."""
    try:
        organization, member, topic = signing.loads(text, salt=_SALT)
        return Stop(UUID(hex=organization), UUID(hex=member), str(topic))
    except (signing.BadSignature, ValueError, TypeError):
        return None
