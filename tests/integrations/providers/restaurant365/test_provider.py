"""Restaurant365: the files of a day against ones written by hand, over a real SFTP server, and what goes wrong there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import ItemOutcome, NeedsAttention, Sftp, SftpAccount, StoreFacts, TryLater
from integrations.provider_files import open_sftp
from integrations.providers.restaurant365 import Restaurant365
from integrations.providers.restaurant365.files import KINDS, day_files
from tests.integrations.providers.recording import STORE, RecordingRun
from tests.integrations.providers.restaurant365.orders import ALL, order
from tests.outbound.sftp_server import PASSWORD, USER, LocalSftp, local_sftp

HERE = Path(__file__).parent
NAMES = ("Sales_1042_03042026.csv", "SalesPayments_1042_03042026.csv")
PROVIDER = Restaurant365()


class Way:
    """The way out with this machine opened."""

    def send(self, call: object) -> Any:
        raise AssertionError("Restaurant365 makes no calls.")

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]:
        return open_sftp(account, open_networks=["127.0.0.0/8"])


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalSftp]:
    (tmp_path / "in").mkdir()
    with local_sftp(tmp_path) as server:
        yield server


def values(local: LocalSftp, **other: object) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": local.port,
        "username": USER,
        "password": PASSWORD,
        "host_key": local.host_key,
        "remote_dir": "/in",
        "location_id": "1042",
        "format": "csv",
        **other,
    }


def run(local: LocalSftp, day: str = "2026-03-04", **other: Any) -> RecordingRun:
    settings = values(local, **other.pop("settings", {}))
    return RecordingRun(settings, {"day": day}, stored=ALL, connect_sftp=Way().sftp, **other)


def foreign(day: str) -> str:
    """What a store owner reads of a file whose day has an order in Canadian dollars."""
    return (
        f"Orders of {day} are in another currency than the store: CAD. The files have no currency, so the day was not sent. "
        "Enter this day at Restaurant365 by hand."
    )


def files(local: LocalSftp) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (local.root / "in").iterdir()}


def test_a_day_becomes_the_two_files_as_written_by_hand(local: LocalSftp) -> None:
    made = run(local)
    PROVIDER.export_day(made)
    assert files(local) == {name: (HERE / name).read_bytes() for name in NAMES}
    assert made.expected == 2
    assert made.items == [(NAMES[0], ItemOutcome.CREATED, "Lines: 3."), (NAMES[1], ItemOutcome.CREATED, "Lines: 5.")]


def test_a_day_sent_again_replaces_its_files_and_no_others(local: LocalSftp) -> None:
    (local.root / "in" / "notes.txt").write_bytes(b"kept")
    (local.root / "in" / NAMES[0]).write_bytes(b"old and much longer" * 100)
    made = run(local)
    PROVIDER.export_day(made)
    assert files(local)[NAMES[0]] == (HERE / NAMES[0]).read_bytes()
    assert files(local)["notes.txt"] == b"kept"
    assert [outcome for _name, outcome, _note in made.items] == [ItemOutcome.UPDATED, ItemOutcome.CREATED]


def test_a_dry_run_counts_and_does_not_even_sign_in(local: LocalSftp) -> None:
    made = run(local, dry_run=True)
    PROVIDER.export_day(made)
    assert [(outcome, note) for _name, outcome, note in made.items] == [
        (ItemOutcome.SKIPPED, "Lines: 3. Nothing was sent."),
        (ItemOutcome.SKIPPED, "Lines: 5. Nothing was sent."),
    ]
    assert (files(local), local.passwords) == ({}, [])


def test_without_a_day_the_one_before_today_is_sent(local: LocalSftp) -> None:
    PROVIDER.export_day(run(local, day=""))
    assert sorted(files(local)) == ["SalesPayments_1042_03032026.csv", "Sales_1042_03032026.csv"]
    assert files(local)["Sales_1042_03032026.csv"].count(b"\r\n") == 1, "A day without sales is a file with a heading."


def test_a_day_to_come_is_refused(local: LocalSftp) -> None:
    with pytest.raises(NeedsAttention, match="not begun yet"):
        PROVIDER.export_day(run(local, day="2026-03-05"))
    assert files(local) == {}


def test_days_that_were_missed_are_sent_as_well_and_a_killed_run_goes_on_behind_the_last(local: LocalSftp) -> None:
    made = run(local, day="", cursor="2026-02-28")
    PROVIDER.export_day(made)
    assert sorted(name for name in files(local) if name.startswith("Sales_")) == [
        f"Sales_1042_030{n}2026.csv" for n in (1, 2, 3)
    ]
    assert (made.expected, made.cursor) == (6, "2026-03-03")
    local.fault = "full"
    killed = run(local, day="", cursor="2026-02-28")
    with pytest.raises(TryLater):
        PROVIDER.export_day(killed)
    assert killed.cursor == "2026-02-28"


def test_amounts_of_another_currency_are_not_written_among_the_stores_own(local: LocalSftp) -> None:
    made = RecordingRun(
        values(local),
        {"day": "2026-03-04"},
        stored=[order("1"), order("2", currency="CAD"), order("3", "voided", currency="EUR")],
        connect_sftp=Way().sftp,
    )
    PROVIDER.export_day(made)
    assert made.items == [(name, ItemOutcome.FAILED, foreign("2026-03-04")) for name in NAMES]
    assert files(local) == {}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_day_in_another_currency_holds_up_no_later_day(local: LocalSftp, *, dry_run: bool) -> None:
    """Nor does the next night begin with it again."""
    sold = [order("1", currency="CAD", business_date="2026-03-02"), order("2", business_date="2026-03-03")]
    made = RecordingRun(values(local), cursor="2026-03-01", stored=sold, connect_sftp=Way().sftp, dry_run=dry_run)
    PROVIDER.export_day(made)
    strange, sent = ([f"{kind}_1042_{day}.csv" for kind in KINDS] for day in ("03022026", "03032026"))
    outcome, rest = (ItemOutcome.SKIPPED, " Nothing was sent.") if dry_run else (ItemOutcome.CREATED, "")
    assert made.items == [
        *((name, ItemOutcome.FAILED, foreign("2026-03-02")) for name in strange),
        (sent[0], outcome, "Lines: 1." + rest),
        (sent[1], outcome, "Lines: 0." + rest),
    ]
    assert (made.expected, made.cursor) == (4, "2026-03-01" if dry_run else "2026-03-03")
    assert sorted(files(local)) == ([] if dry_run else sorted(sent))


def test_a_retry_of_one_file_tells_of_that_file_alone(local: LocalSftp) -> None:
    made = RecordingRun(
        values(local),
        only=(NAMES[1],),
        cursor="2026-03-06",
        stored=[order("1", currency="CAD")],
        connect_sftp=Way().sftp,
    )
    PROVIDER.export_day(made)
    assert made.items == [(NAMES[1], ItemOutcome.FAILED, foreign("2026-03-04"))]
    assert (made.expected, made.cursor) == (1, "2026-03-06")


def test_a_folder_that_may_not_be_written_and_a_server_that_takes_half_are_told(local: LocalSftp) -> None:
    local.fault = "denied"
    with pytest.raises(NeedsAttention, match=r"permission|may not"):
        PROVIDER.export_day(run(local))
    local.fault = "short"
    with pytest.raises(TryLater):
        PROVIDER.export_day(run(local))
    assert [name for name in files(local) if name in NAMES] == [], "Nobody reads half a file."


def test_only_the_file_that_failed_is_sent_again(local: LocalSftp) -> None:
    PROVIDER.export_day(run(local, only=(NAMES[1],)))
    assert list(files(local)) == [NAMES[1]]


def test_text_files_are_separated_by_tabs(local: LocalSftp) -> None:
    PROVIDER.export_day(run(local, settings={"format": "txt"}))
    content = files(local)["Sales_1042_03042026.txt"].decode()
    assert content.splitlines()[3] == "1042\t03/04/2026 20:10:00\tDine In\tMain, upstairs\te7\t8.15\t12.00\t4"


@pytest.mark.parametrize(("currency", "written"), [("JPY", "1361"), ("KWD", "1.361"), ("EUR", "13.61")])
def test_amounts_follow_the_currency(local: LocalSftp, currency: str, written: str) -> None:
    sold = order("1", currency=currency, payments=[{"type": "cash", "amount": 1361}])
    payments = day_files([sold], values(local), STORE, date(2026, 3, 4))[1]
    assert payments.content.decode().splitlines()[1].endswith(f",Cash,{written}")


def test_line_breaks_and_long_names_stay_in_their_cell(local: LocalSftp) -> None:
    sold = order("1", revenue_center="Bar\r\nTerrace" + "x" * 100, service_type="y" * 200)
    sales = day_files([sold], values(local), STORE, date(2026, 3, 4))[0]
    line = sales.content.decode().split("\r\n")[1].split(",")
    assert len(line) == 8
    assert line[2] == "Y" + "y" * 99
    assert line[3].startswith("Bar Terrace")
    assert len(line[3]) <= 50


def test_times_are_those_of_the_store(local: LocalSftp) -> None:
    tokyo = StoreFacts("sto_2", "TYO", "Tokyo", "Asia/Tokyo", "JPY", date(2026, 3, 5))
    sales = day_files([order("1")], values(local), tokyo, date(2026, 3, 4))[0]
    assert ",".join(sales.content.decode().splitlines()[1].split(",")[:2]) == "1,03/05/2026 03:22:05"


def test_the_connection_is_tried_by_listing_the_folder(local: LocalSftp) -> None:
    (local.root / "in" / "a.csv").touch()
    result = PROVIDER.test_connection(values(local), Way())
    assert (result.ok, str(result.message)) == (True, "Connected. Files in the folder /in: 1.")
    assert list(files(local)) == ["a.csv"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "wrong"}, "user name or the password"),
        ({"remote_dir": "/out"}, "no folder /out"),
        ({"host_key": "ssh-ed25519 AAAA"}, "host key"),
    ],
)
def test_a_connection_that_fails_says_what_is_wrong(local: LocalSftp, wrong: dict[str, object], words: str) -> None:
    result = PROVIDER.test_connection(values(local, **wrong), Way())
    assert not result.ok
    assert words in str(result.message)
    with pytest.raises(NeedsAttention, match=words):
        PROVIDER.export_day(run(local, settings=wrong))


def test_a_full_server_is_tried_later(local: LocalSftp) -> None:
    local.fault = "full"
    with pytest.raises(TryLater, match="free space"):
        PROVIDER.export_day(run(local))
    assert files(local) == {}
