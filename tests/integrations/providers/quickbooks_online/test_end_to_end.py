"""QuickBooks Online from the first click to the books: connected, mapped, posted, posted again, renewed, revoked and connected again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.actions import add
from integrations.catalog import provider
from integrations.models import Integration, OAuthGrant, Run, RunState
from integrations.oauth.revocations import ask_due
from integrations.providers.quickbooks_online.journal import KEYS
from integrations.runs.execute import execute
from tests.factories.tenancy import Personas
from tests.integrations.oauth.authorization_server import CANARY, CLIENT_ID, CLIENT_SECRET
from tests.integrations.providers.quickbooks_online.company import REALM
from tests.integrations.providers.quickbooks_online.intuit import Intuit, intuit, sold, yesterday
from tests.store_pages import address, people, signed_in, store

__all__ = ["address", "people", "signed_in", "store"]
pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def namespace() -> str:
    return "integrations"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, settings: Any, socket_enabled: None) -> Iterator[Intuit]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    with intuit(monkeypatch) as running:
        yield running


@pytest.fixture
def boss(people: Personas, signed_in: Callable[..., Client]) -> Client:
    return signed_in(people.owner)


@pytest.fixture
def books(store: Store, people: Personas) -> Integration:
    return add(store=store, provider=provider("quickbooks-online"), by=people.owner, address=None)


def form(version: int, **accounts: str) -> dict[str, str]:
    typed = {"environment": "sandbox", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "look_back_days": "0"}
    return {"_version": str(version), **typed, **{f"accounts.{key}": accounts.get(key, "") for key in KEYS}}


def connect(boss: Client, books: Integration, address: Address, there: Intuit, **accounts: str) -> str:
    """Press Save and connect, allow at Intuit, and come back; what the page says then."""
    books.refresh_from_db()
    left = boss.post(address("oauth_connect", integration=books.public_id), form(books.version, **accounts))
    assert left.status_code == 200, left.status_code
    return boss.get(there.server.allow(left.context["address"]), follow=True).text


ALL = {key: str(number) for number, key in enumerate(KEYS)}


def run_now(boss: Client, books: Integration, address: Address, **parameters: str) -> tuple[Run, str]:
    """Press Run now, let a worker do it, and read its page."""
    started = boss.post(address("start_action", integration=books.public_id), {"action": "export_day", **parameters})
    assert started.status_code == 303, started.text
    run = Run.objects.latest("pk")
    execute(run.pk)
    run.refresh_from_db()
    return run, boss.get(started["Location"]).text


def set_up(boss: Client, books: Integration, address: Address, there: Intuit, **accounts: str) -> None:
    assert "The account of QuickBooks Online is connected." in connect(boss, books, address, there, **accounts)
    books.refresh_from_db()
    saved = boss.post(address("configure", integration=books.public_id), form(books.version, **accounts))
    assert saved.status_code == 303, saved.text


def test_connected_mapped_and_posted(
    boss: Client, store: Store, books: Integration, address: Address, there: Intuit
) -> None:
    sold(store)
    assert "The account of QuickBooks Online is connected." in connect(boss, books, address, there)
    books.refresh_from_db()
    assert books.remembered == {"realmId": REALM}
    tested = boss.post(address("connection_test", integration=books.public_id), form(books.version))
    assert "Connected to the books of Larry&#x27;s Bakery." in tested.text
    boss.post(address("load_choices", integration=books.public_id), {**form(books.version), "_setting": "accounts"})
    page = boss.get(address("configure", integration=books.public_id)).text
    assert page.count("Account 0007 (Income)") == len(KEYS)
    set_up(boss, books, address, there, **ALL)
    run, _page = run_now(boss, books, address)
    assert (run.state, run.created, run.failed) == (RunState.SUCCEEDED, 1, 0)
    (entry,) = there.company.entries.values()
    assert entry["TxnDate"] == yesterday(store)
    debits = [line["Amount"] for line in entry["Line"] if line["JournalEntryLineDetail"]["PostingType"] == "Debit"]
    assert debits == [Decimal("15.61")]
    assert CANARY not in page


def test_a_mapping_that_lacks_accounts_names_them_and_the_day_is_posted_once_they_are_chosen(
    boss: Client, store: Store, books: Integration, address: Address, there: Intuit
) -> None:
    """Save names them; so does a run, for a line that came with a later version and was never chosen."""
    sold(store)
    connect(boss, books, address, there)
    books.refresh_from_db()
    some = {key: account for key, account in ALL.items() if key not in {"tips", "card"}}
    refused = boss.post(address("configure", integration=books.public_id), form(books.version, **some))
    assert refused.status_code == 422
    assert "Still to be filled in: Tips payable, Card." in refused.text
    set_up(boss, books, address, there, **ALL)
    Integration.objects.update(setting_values={"accounts": some, "look_back_days": 0})
    run, page = run_now(boss, books, address)
    assert (run.state, run.failed) == (RunState.FAILED, 1)
    assert "Choose an account for: Tips payable, Card." in page
    assert there.company.entries == {}
    books.refresh_from_db()
    boss.post(address("configure", integration=books.public_id), form(books.version, **ALL))
    answer = boss.post(address("run_retry", run=run.public_id))
    again = Run.objects.latest("pk")
    assert answer["Location"].endswith(f"/{again.public_id}/")
    execute(again.pk)
    again.refresh_from_db()
    assert (again.state, again.created, again.only) == (RunState.SUCCEEDED, 1, [yesterday(store)])
    assert len(there.company.entries) == 1


def test_a_day_sent_again_is_corrected_and_never_doubled(
    boss: Client, store: Store, books: Integration, address: Address, there: Intuit
) -> None:
    sold(store)
    set_up(boss, books, address, there, **ALL)
    run_now(boss, books, address)
    again, page = run_now(boss, books, address, day=yesterday(store))
    assert (again.skipped, there.company.posts) == (1, 1)
    sold(store, version=2, refunds=[{"payment_id": "p1", "amount": 400}])
    dry, _page = run_now(boss, books, address, day=yesterday(store), _dry_run="on")
    assert (dry.updated, there.company.posts) == (1, 1)
    later, _page = run_now(boss, books, address, day=yesterday(store))
    (entry,) = there.company.entries.values()
    assert (later.updated, there.company.posts, entry["SyncToken"]) == (1, 2, "1")
    assert "Succeeded" in page


def test_an_access_token_that_ended_is_renewed_before_the_day_is_posted(
    boss: Client, store: Store, books: Integration, address: Address, there: Intuit
) -> None:
    sold(store)
    set_up(boss, books, address, there, **ALL)
    (before,) = there.server.access_tokens
    OAuthGrant.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    there.server.access_tokens.clear()
    run, _page = run_now(boss, books, address)
    assert (run.state, len(there.company.entries)) == (RunState.SUCCEEDED, 1)
    assert before not in there.server.access_tokens
    assert OAuthGrant.objects.get().refreshed_at is not None


def test_a_connection_that_was_revoked_at_intuit_says_so_and_goes_on_once_it_is_connected_again(
    boss: Client, store: Store, books: Integration, address: Address, there: Intuit
) -> None:
    sold(store)
    set_up(boss, books, address, there, **ALL)
    there.server.revoke()
    run, page = run_now(boss, books, address)
    assert (run.state, there.company.entries) == (RunState.FAILED, {})
    assert "The connection has expired or was revoked. Connect the company again." in page
    OAuthGrant.objects.update(expires_at=timezone.now())
    run, page = run_now(boss, books, address)
    assert "was revoked at the service" in page
    settings_tab = boss.get(address("configure", integration=books.public_id)).text
    assert "Connection lost" in settings_tab
    assert "Failing" in boss.get(address("current")).text
    assert "The account of QuickBooks Online is connected." in connect(boss, books, address, there, **ALL)
    run, _page = run_now(boss, books, address)
    assert (run.state, len(there.company.entries)) == (RunState.SUCCEEDED, 1)
    assert "Connection lost" not in boss.get(address("configure", integration=books.public_id)).text


def test_another_company_is_another_ledger_whose_accounts_are_chosen_anew(
    boss: Client, store: Store, books: Integration, address: Address, there: Intuit
) -> None:
    sold(store)
    set_up(boss, books, address, there, **ALL)
    there.server.realm = "123146096291789"
    page = connect(boss, books, address, there, **ALL)
    books.refresh_from_db()
    assert (books.remembered["realmId"], books.setting_values.get("accounts")) == ("123146096291789", None)
    assert "Still missing: Accounts." in page
    assert "It is another account than before, so choose again what belongs to it: Accounts." in page


def test_disconnected_it_posts_nothing_and_intuit_has_ended_the_access(
    boss: Client, books: Integration, address: Address, there: Intuit, store: Store
) -> None:
    set_up(boss, books, address, there, **ALL)
    sold(store)
    held = set(there.server.refresh_tokens)
    assert boss.post(address("oauth_disconnect", integration=books.public_id)).status_code == 303
    ask_due(timezone.now())
    assert there.server.revoked == [{"token": token} for token in held]
    assert (there.server.refresh_tokens, there.server.access_tokens) == (set(), set())
    run, page = run_now(boss, books, address)
    assert run.state == RunState.FAILED
    assert "Connect the company" in page
    assert there.company.entries == {}
    assert "is connected" in connect(boss, books, address, there, **ALL)
    run, _page = run_now(boss, books, address)
    assert run.state == RunState.SUCCEEDED
    assert len(there.company.entries) == 1
