"""Short notices: Django messages, shown as toasts whether the next response is a page or a fragment."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_NAMES = {messages.SUCCESS: "success", messages.WARNING: "warning", messages.ERROR: "error"}
LEVELS = ("success", "info", "warning", "error")
_ACTION = "action:"


@dataclass(frozen=True, slots=True)
class Toast:
    """What a toast shows; `action_url`, if any, is posted to when its button is pressed (Undo)."""

    level: str
    text: str
    action_label: str = ""
    action_url: str = ""

    @property
    def urgent(self) -> bool:
        """Urgent toasts interrupt a screen reader and stay until they are closed."""
        return self.level in {"error", "warning"}


def success(request: HttpRequest, text: str, *, action_label: str = "", action_url: str = "") -> None:
    """Say that it worked; with an action (such as Undo) where there is a way back."""
    _add(request, messages.SUCCESS, text, action_label, action_url)


def info(request: HttpRequest, text: str) -> None:
    _add(request, messages.INFO, text)


def warning(request: HttpRequest, text: str) -> None:
    _add(request, messages.WARNING, text)


def error(request: HttpRequest, text: str) -> None:
    _add(request, messages.ERROR, text)


def _add(request: HttpRequest, level: int, text: str, action_label: str = "", action_url: str = "") -> None:
    tags = _ACTION + json.dumps([str(action_label), action_url]) if action_url else ""
    messages.add_message(request, level, str(text), extra_tags=tags)


def drain(request: HttpRequest) -> list[Toast]:
    """The waiting toasts; the session forgets them, so call this only for a response that shows them."""
    return [_toast(message) for message in messages.get_messages(request)]


def _toast(message: Message) -> Toast:
    label = url = ""
    if message.extra_tags and message.extra_tags.startswith(_ACTION):
        label, url = json.loads(message.extra_tags.removeprefix(_ACTION))
    return Toast(_NAMES.get(message.level, "info"), str(message.message), label, url)


def as_event(items: list[Toast]) -> dict[str, Any]:
    """The detail of the `toasts` browser event that static/js/toasts.js shows."""
    return {"items": [asdict(item) for item in items]}
