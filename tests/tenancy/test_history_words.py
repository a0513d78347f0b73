"""The words of a history: every change that the code records has some."""

import ast
import re
from pathlib import Path

import pytest

from backoffice.tenancy import history_words
from backoffice.tenancy.history_words import in_words, which
from backoffice.tenancy.models import AuditEntry

ROOT = Path(__file__).resolve().parents[2]
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDERS = {"record", "record_each", "_record", "_recorded", "_set_state"}


def recorded() -> set[str]:
    """Texts that are an `action=`, what a recorder is given first, or assigned to a name `action`."""
    found: set[str] = set()
    for app in ("backoffice", "licensing", "integrations", "webhooks"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                for value in _actions(node):
                    texts = (part.value for part in ast.walk(value) if isinstance(part, ast.Constant))
                    found.update(text for text in texts if isinstance(text, str) and ACTION.fullmatch(text))
    return found


def _actions(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "action" for to in node.targets):
        return [node.value]
    if not isinstance(node, ast.Call):
        return []
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    first = node.args[:1] if called in RECORDERS else []
    return [*first, *(keyword.value for keyword in node.keywords if keyword.arg == "action")]


def test_every_recorded_change_has_words() -> None:
    actions = recorded()
    assert {"endpoint.created", "integration.reconnected", "license.assigned", "api_key.rolled"} <= actions
    unsaid = {action for action in actions if not _said(AuditEntry(action=action, target_label="INV-000001"))}
    assert unsaid == set()


def _said(entry: AuditEntry) -> bool:
    return entry.action in history_words._names or any(say(entry) for say in history_words._says)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("integration.settings_saved", "Settings saved"),
        ("endpoint.key_rolled", "Signing secret rolled"),
        ("order.paid", "Order INV-000001 paid"),
        ("store.closed", "Store closed"),
        ("member.mails_chosen", "Mails chosen"),
        ("plan_price.valid_changed", "Plan price valid changed"),
    ],
)
def test_words(action: str, words: str) -> None:
    assert in_words(AuditEntry(action=action, target_label="INV-000001")) == words


@pytest.mark.parametrize(
    ("target_type", "label", "changes", "named"),
    [
        ("integrations.integration", "slack (Old Mill (OLD-1))", {}, "Slack"),
        ("integrations.integration", "one-we-no-longer-have (Old Mill (OLD-1))", {}, "one-we-no-longer-have"),
        ("integrations.brandsettings", "quickbooks-online of Lake Bakery", {}, "QuickBooks Online"),
        ("integrations.run", "pull_orders of 0197", {"provider": "wix"}, "Wix: Pull orders"),
        ("integrations.run", "pull_orders of 0197", {}, "Pull orders"),
        ("integrations.checklistdismissal", "0197 0198", {}, ""),
        ("webhooks.endpoint", "Kitchen screens", {}, "Kitchen screens"),
    ],
)
def test_which(target_type: str, label: str, changes: dict[str, str], named: str) -> None:
    assert which(AuditEntry(target_type=target_type, target_label=label, changes=changes)) == named
