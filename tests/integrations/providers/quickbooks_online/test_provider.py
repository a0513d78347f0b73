"""QuickBooks Online over a real socket: connecting, the chart of accounts, exports that never double, and each fault in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integrations.contract import ItemOutcome, NeedsAttention, Order, TryLater
from integrations.provider_http import ProviderHttp
from integrations.providers.quickbooks_online import WORDS, QuickBooksOnline
from integrations.providers.quickbooks_online.books import BASES
from integrations.providers.quickbooks_online.journal import KEYS
from tests.integrations.providers.local_service import Asked, Reply, serving
from tests.integrations.providers.quickbooks_online.company import EXPIRED, REALM, TOKEN, Company, fault
from tests.integrations.providers.quickbooks_online.test_journal import order
from tests.integrations.providers.recording import RecordingRun

QBO = QuickBooksOnline()
HTTP = ProviderHttp(sleep=lambda _seconds: None)
VALUES: dict[str, object] = {
    "environment": "sandbox", "client_id": "id", "client_secret": "cs", "connection": TOKEN, "realmId": REALM, "look_back_days": 0,
    "accounts": {key: str(number) for number, key in enumerate(KEYS)},
}  # fmt: skip


@contextmanager
def company(settings: Settings, monkeypatch: pytest.MonkeyPatch, books: Company) -> Iterator[Company]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    with serving(books) as service:
        monkeypatch.setitem(BASES, "sandbox", service.url)
        yield books


@pytest.fixture
def books(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(settings, monkeypatch, Company()) as opened:
        yield opened


def event(day: str = "2026-03-03", **parts: Any) -> Order:
    return Order("evt_1", "order.closed", "pos", b"{}", order(business_date=day, **parts))


def exported(*stored: Order, **given: Any) -> RecordingRun:
    run = RecordingRun({**VALUES, **given.pop("values", {})}, stored=stored, **given)
    QBO.export_day(run)
    return run


def outcomes(run: RecordingRun) -> list[tuple[str, ItemOutcome]]:
    return [(key, outcome) for key, outcome, _note in run.items]


def test_every_line_has_words() -> None:
    assert tuple(WORDS) == KEYS


def test_it_connects_by_oauth_and_keeps_the_company() -> None:
    oauth = QBO.oauth(VALUES)
    assert oauth is not None
    assert (oauth.keep, oauth.scopes) == (("realmId",), ("com.intuit.quickbooks.accounting",))
    assert QBO.oauth({"client_id": "id"}) is None


def test_the_connection_names_the_company(books: Company) -> None:
    result = QBO.test_connection(VALUES, HTTP)
    assert (result.ok, str(result.message)) == (True, "Connected to the books of Larry's Bakery.")


@pytest.mark.parametrize(
    ("changed", "reply", "words"),
    [
        ({"connection": ""}, None, "Connect the company first"),
        ({"realmId": "1/../2"}, None, "Connect the company first"),
        ({"connection": "expired"}, None, "expired or was revoked"),
        ({}, fault(403, "3100", "message=ApplicationAuthorizationFailed", kind="SERVICE"), "Environment"),
        (
            {},
            fault(401, "120", "Authorization Failure", "-11014-You do not have access"),
            "administrator of the company",
        ),
        (
            {},
            fault(400, "120", "Authorization Failure", "-11014-You do not have access"),
            "administrator of the company",
        ),
        ({}, fault(400, "6190", "Invalid Company Status", "Subscription period has ended"), "subscription has ended"),
        ({}, Reply(500, b"<html>"), "problem of its own"),
        ({}, Reply(200, b"<html>"), "not JSON"),
        ({}, Reply(429, b"", {"Retry-After": "2"}), "429"),
        ({}, fault(403, "3001", "ThrottleExceeded"), "asks for a pause"),
    ],
)
def test_what_keeps_us_out_is_told(books: Company, changed: dict[str, object], reply: Reply | None, words: str) -> None:
    books.before = lambda _asked: reply
    result = QBO.test_connection({**VALUES, **changed}, HTTP)
    assert not result.ok
    assert words in str(result.message)
    assert TOKEN not in str(result.message)


def test_the_chart_of_accounts_comes_page_by_page(books: Company) -> None:
    books.accounts = 2100
    options = QBO.chart_of_accounts(VALUES, HTTP)
    assert (len(options), len({option.value for option in options})) == (2100, 2100)
    assert str(options[0].label) == "Account 0000 (Income)"


def test_yesterday_becomes_one_entry(books: Company) -> None:
    run = exported(event(), event("2026-03-04"))
    assert outcomes(run) == [("2026-03-03", ItemOutcome.CREATED)]
    (made,) = books.entries.values()
    assert (made["DocNumber"], made["TxnDate"], made["CurrencyRef"]) == (
        "NYC-01-20260303",
        "2026-03-03",
        {"value": "USD"},
    )
    lines = {
        (line["JournalEntryLineDetail"]["AccountRef"]["value"], line["JournalEntryLineDetail"]["PostingType"]): line[
            "Amount"
        ]
        for line in made["Line"]
    }
    account = VALUES["accounts"]
    assert isinstance(account, dict)
    assert lines == {
        (account["sales"], "Credit"): Decimal("12.50"),
        (account["taxes"], "Credit"): Decimal("1.11"),
        (account["tips"], "Credit"): Decimal("2.00"),
        (account["card"], "Debit"): Decimal("15.61"),
    }
    assert run.cursor == "2026-03-03"


def test_again_is_nothing_and_a_late_refund_corrects_the_entry(books: Company) -> None:
    exported(event())
    assert outcomes(exported(event())) == [("2026-03-03", ItemOutcome.SKIPPED)]
    later = exported(event(refunds=[{"payment_id": "p1", "amount": 400}]), parameters={"day": "2026-03-03"})
    assert outcomes(later) == [("2026-03-03", ItemOutcome.UPDATED)]
    (made,) = books.entries.values()
    assert (books.posts, made["SyncToken"], later.cursor) == (2, "1", "")


def test_a_dry_run_says_what_it_would_do(books: Company) -> None:
    run = exported(event(), dry_run=True)
    assert (outcomes(run), books.entries, run.cursor) == ([("2026-03-03", ItemOutcome.CREATED)], {}, "")


def test_missed_days_are_caught_up_and_some_looked_at_again(books: Company) -> None:
    run = exported(event("2026-02-27"), event("2026-03-02"), event(), cursor="2026-02-28", values={"look_back_days": 2})
    assert [key for key, _outcome in outcomes(run)] == [
        "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03",
    ]  # fmt: skip
    assert len(books.entries) == 3
    assert len(exported(cursor="2020-01-01").items) == 33
    assert outcomes(exported(event(), only=["2026-03-03"])) == [("2026-03-03", ItemOutcome.SKIPPED)]
    with pytest.raises(NeedsAttention, match="not begun"):
        exported(parameters={"day": "2026-03-05"})


def test_an_answer_that_was_lost_makes_no_second_entry(books: Company) -> None:
    """The entry was made, the answer was 503, and the call was repeated with the same request id."""
    lost = [True]

    def lose(asked: Asked) -> Reply | None:
        if asked.method == "POST" and lost:
            lost.pop()
            books.before = lambda _asked: None
            books(asked)
            return Reply(503)
        return None

    books.before = lose
    assert outcomes(exported(event())) == [("2026-03-03", ItemOutcome.CREATED)]
    assert (len(books.entries), books.posts) == (1, 1)


def test_somebody_who_was_faster_is_written_over_once(books: Company) -> None:
    exported(event())
    (made,) = books.entries.values()

    def meanwhile(asked: Asked) -> Reply | None:
        if asked.method == "POST":
            books.before = lambda _asked: None
            made["SyncToken"] = "5"
            books.entries[made["Id"]] = made
        return None

    books.before = meanwhile
    run = exported(event(refunds=[{"amount": 1}]))
    assert outcomes(run) == [("2026-03-03", ItemOutcome.UPDATED)]
    assert [entry["SyncToken"] for entry in books.entries.values()] == ["6"]


def test_an_entry_of_somebody_else_is_left_alone(books: Company) -> None:
    books.entries["7"] = {"Id": "7", "SyncToken": "0", "DocNumber": "NYC-01-20260303", "PrivateNote": "by hand"}
    run = exported(event())
    assert outcomes(run) == [("2026-03-03", ItemOutcome.FAILED)]
    assert "NYC-01-20260303" in run.items[0][2]
    assert books.posts == 0


@pytest.mark.parametrize(
    ("values", "reply", "words"),
    [
        ({"accounts": {**dict.fromkeys(KEYS, "1"), "card": "99"}}, None, "Choose another under Accounts"),
        ({"accounts": {"sales": "1"}}, None, "Tips payable"),
        ({}, fault(400, "6210", "Account Period Closed", "The account period has closed"), "books are closed"),
        ({}, fault(400, "6240", "Duplicate Name Exists Error", "The name supplied already exists"), "already exists"),
        (
            {},
            fault(400, "6210", "Duplicate Document Number Error", "Duplicate Document Number Error: You must"),
            "has this number",
        ),
        (
            {},
            fault(400, "2500", "Invalid Reference Id", "Something you're trying to use has been made inactive."),
            "under Accounts",
        ),
        ({}, fault(400, "6430", "Invalid account type", "The account type is invalid"), "under Accounts"),
        ({}, fault(400, "2170", "Invalid Enumeration", "Invalid Enumeration: Debt"), "(2170): Invalid Enumeration"),
        (
            {},
            fault(400, "6000", "A business validation error has occurred", "You must choose a customer"),
            "must choose a customer",
        ),
        ({}, fault(400, "5010", "Stale Object Error"), "Somebody else"),
        ({}, fault(200, "2020", "Required param missing", "TxnDate"), "TxnDate"),
    ],
)
def test_a_day_that_is_refused_is_an_item(
    books: Company, values: dict[str, object], reply: Reply | None, words: str
) -> None:
    books.before = lambda asked: reply if asked.method == "POST" else None
    run = exported(event(), values=values)
    assert outcomes(run) == [("2026-03-03", ItemOutcome.FAILED)]
    assert words in run.items[0][2]
    assert books.entries == {}


def test_another_currency_and_an_expired_token(books: Company) -> None:
    assert "EUR" in exported(event(currency="EUR")).items[0][2]
    books.before = lambda _asked: EXPIRED
    with pytest.raises(NeedsAttention, match="Connect the company again"):
        exported(event())
    books.before = lambda _asked: Reply(429, b"", {"Retry-After": "60"})
    with pytest.raises(TryLater):
        exported(event())


def test_a_problem_of_quickbooks_own_ends_the_run_for_now_and_names_the_call(books: Company) -> None:
    """ "Error codes": 500 is to be sent again once, and support asks for the intuit_tid of the answer. Days before it are kept."""
    answers = [None, Reply(500, {"Fault": {}}, {"intuit_tid": "1-65f0-abc"})]
    books.before = lambda asked: answers.pop(0) if asked.method == "POST" else None
    run = RecordingRun({**VALUES}, cursor="2026-03-01", stored=[event("2026-03-02"), event()])
    with pytest.raises(TryLater, match=r"status 500.*1-65f0-abc"):
        QBO.export_day(run)
    assert (run.cursor, len(books.entries)) == ("2026-03-02", 1)
    books.before = lambda _asked: None
    QBO.export_day(run)
    assert (run.cursor, len(books.entries)) == ("2026-03-03", 2)


def test_no_sales_make_no_entry(books: Company) -> None:
    assert (outcomes(exported()), books.entries) == ([("2026-03-03", ItemOutcome.SKIPPED)], {})
