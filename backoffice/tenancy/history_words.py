"""What an audit row says, in words for whoever reads a history; each app registers those of its own actions and things."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.models import AuditEntry

#: Empty for an action that is another app's.
Say = Callable[[AuditEntry], str]

_names: dict[str, Promise | str] = {
    "member.added": _("Member added"),
    "member.created": _("Member added by support"),
    "member.changed": _("Member changed by support"),
    "member.deleted": _("Member removed by support"),
    "member.mails_chosen": _("Mails chosen"),
    "organization.created": _("Organization added"),
    "organization.changed": _("Organization changed by support"),
    "store.created": _("Store added"),
    "store.changed": _("Store changed by support"),
    "support.impersonation_started": _("Support signed in as"),
    "support.impersonation_ended": _("Support signed out again as"),
    "store_group.created": _("Store group added"),
    "store_group.deleted": _("Store group deleted"),
    "store_group.renamed": _("Store group renamed"),
    "store_group.stores_changed": _("Stores of a group changed"),
}

_says: list[Say] = []
_which: dict[str, Say] = {}


def register_names(names: Mapping[str, Promise | str]) -> None:
    """Of actions about which there is nothing more to say. Called in `AppConfig.ready`."""
    _names.update(names)


def register_words(say: Say) -> None:
    """For actions whose words tell more. Called in `AppConfig.ready`."""
    if say not in _says:
        _says.append(say)


def register_which(names: Mapping[str, Say]) -> None:
    """How things of a type (`app.model`) are named where a row keeps another name of them. Called in `AppConfig.ready`."""
    _which.update(names)


def in_words(entry: AuditEntry) -> str:
    """A change that nobody has words for, such as one that support made to a model's row, is told by its code."""
    if entry.action in _names:
        return str(_names[entry.action])
    said = next((words for say in _says if (words := say(entry))), "")
    return said or entry.action.replace(".", " ").replace("_", " ").capitalize()


def which(entry: AuditEntry) -> str:
    """The thing that was changed, as pages name it; without its store, which a history tells beside it."""
    named = _which[entry.target_type](entry) if entry.target_type in _which else entry.target_label
    return named.removesuffix(f" ({entry.store})")
