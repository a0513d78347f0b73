"""What mails are about, in the words by which members choose among them; each app registers its own."""

from dataclasses import dataclass

from django.utils.functional import Promise

from backoffice.tenancy.models import Member
from backoffice.tenancy.permissions import ROLES, Permission


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the page on which a member chooses.

    Whoever has `permission` may get its mails, and those with `usual` get them until they choose otherwise. `always` says why nobody
    can switch it off, where that is so.
    """

    code: str
    section: Promise
    name: Promise
    meaning: Promise
    permission: Permission
    usual: Permission | None
    by_store: bool = True
    always: Promise | None = None

    @property
    def roles(self) -> list[str]:
        """The roles that may get it."""
        return [code for code, role in ROLES.items() if self.permission in role.permissions]

    @property
    def usual_roles(self) -> list[str]:
        """The roles that get it until they choose otherwise."""
        return [code for code in self.roles if self.usual in ROLES[code].permissions]


_topics: dict[str, Topic] = {}


def register_topics(*topics: Topic) -> None:
    """Called in `AppConfig.ready`. Pages list the topics in the order of their registration."""
    for topic in topics:
        _topics[topic.code] = topic


def find_topic(code: str) -> Topic | None:
    return _topics.get(code)


def topics_for(member: Member) -> list[Topic]:
    """Those whose mails the member may get."""
    return [topic for topic in _topics.values() if member.may(topic.permission)]
