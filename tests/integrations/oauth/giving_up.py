"""An account that is connected and given up, for the tests of what its service is told."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from backoffice.tenancy.models import AuditEntry
from integrations.models import Integration, Revocation
from integrations.oauth.disconnect import disconnect
from integrations.oauth.grants import connect
from integrations.oauth.tokens import Tokens
from tests.factories.accounts import UserFactory
from tests.integrations.accounts import Ledger
from tests.integrations.oauth.authorization_server import AuthorizationServer

Give = Callable[..., Revocation | None]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr("backoffice.broker.send", lambda *task: told.append(task))
    return told


def connected(integration: Integration, ledger: Ledger, realm: str = "1", *, refresh: str = "first") -> None:
    kept = {"realmId": realm} if realm else {}
    given = Tokens("access-of-old", refresh, 3600)
    connect(integration=integration, provider=ledger, given=given, kept=kept, by=UserFactory.create())


@pytest.fixture
def give(
    books: Integration,
    ledger: Ledger,
    server: AuthorizationServer,
    sent: list[tuple[str, ...]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Give:
    """Connect an account and disconnect it: what is to be told to the service, if anything."""

    def build(**account: str) -> Revocation | None:
        server.refresh_tokens, server.access_tokens = {"first"}, {"access-of-old"}
        connected(books, ledger, **account)
        with django_capture_on_commit_callbacks(execute=True):
            assert disconnect(integration=books, provider=ledger, by=UserFactory.create())
        return Revocation.objects.first()

    return build


def found(action: str) -> list[dict[str, object]]:
    return list(AuditEntry.objects.filter(action=action).values_list("changes", flat=True))
