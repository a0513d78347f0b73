"""SFTP: each file whole or not at all, to the server that is known, and every failure in words and of the right kind."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import paramiko
import pytest

from backoffice.outbound.sftp import SftpProblem, SftpRefused, SftpServer, SftpUnavailable, connect
from tests.outbound.sftp_server import PASSWORD, USER, LocalSftp, local_sftp

OPEN = ["127.0.0.0/8"]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalSftp]:
    with local_sftp(tmp_path) as server:
        yield server


def account(local: LocalSftp, **other: Any) -> SftpServer:
    return replace(SftpServer("127.0.0.1", USER, PASSWORD, local.host_key, local.port), **other)


def put(local: LocalSftp, path: str = "day.csv", content: bytes = b"a,b\n", **other: Any) -> None:
    with connect(account(local, **other), open_networks=OPEN, connect_seconds=3, step_seconds=2) as connection:
        connection.put(path, content)


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"x" * 300_000])
def test_a_file_arrives_whole_and_alone(local: LocalSftp, content: bytes) -> None:
    put(local, content=content)
    assert [file.name for file in local.root.iterdir()] == ["day.csv"]
    assert (local.root / "day.csv").read_bytes() == content
    assert local.renamed[0][0] != "day.csv"


@pytest.mark.parametrize("fault", ["", "old"])
def test_a_file_that_is_there_is_replaced(local: LocalSftp, fault: str) -> None:
    local.fault = fault
    put(local, content=b"first and longer")
    put(local, content=b"second")
    assert [(file.name, file.read_bytes()) for file in local.root.iterdir()] == [("day.csv", b"second")]


def test_names_are_listed(local: LocalSftp) -> None:
    (local.root / "in").mkdir()
    (local.root / "in" / "b.csv").touch()
    (local.root / "in" / "a.csv").touch()
    with connect(account(local), open_networks=OPEN) as connection:
        assert connection.names("/in") == ["a.csv", "b.csv"]


def test_the_key_is_taken_with_and_without_the_hosts_name(local: LocalSftp) -> None:
    put(local, host_key=local.host_key.partition(" ")[2])
    assert (local.root / "day.csv").exists()


def refused(local: LocalSftp, kind: type[SftpProblem], words: str, **other: Any) -> None:
    before = {file.name for file in local.root.iterdir()}
    with pytest.raises(kind, match=words) as caught:
        put(local, **other)
    assert PASSWORD not in str(caught.value)
    assert {file.name for file in local.root.iterdir() if not file.name.endswith(".part")} == before


def test_a_wrong_password_needs_a_person(local: LocalSftp) -> None:
    refused(local, SftpRefused, "user name or the password", password="wrong")


def test_a_server_without_passwords_needs_a_person(local: LocalSftp) -> None:
    local.fault = "keys only"
    refused(local, SftpRefused, "does not accept passwords|user name or the password", password="wrong")


def test_another_host_key_stops_before_the_password_is_sent(local: LocalSftp) -> None:
    other = paramiko.ECDSAKey.generate()
    refused(local, SftpRefused, "another host key", host_key=f"{other.get_name()} {other.get_base64()}")
    assert local.passwords == []


def test_a_key_of_another_type_stops_before_the_password_is_sent(local: LocalSftp) -> None:
    other = paramiko.RSAKey.generate(2048)
    refused(local, SftpRefused, "no host key of type ssh-rsa", host_key=f"{other.get_name()} {other.get_base64()}")
    assert local.passwords == []


@pytest.mark.parametrize("key", ["", "nonsense", "ssh-ed25519 not-base64!"])
def test_a_key_that_is_none_is_refused(local: LocalSftp, key: str) -> None:
    refused(local, SftpRefused, "host key cannot be read", host_key=key)


def test_a_missing_folder_needs_a_person(local: LocalSftp) -> None:
    refused(local, SftpRefused, "no folder /missing", path="/missing/day.csv")


def test_a_folder_without_permission_needs_a_person(local: LocalSftp) -> None:
    local.fault = "denied"
    refused(local, SftpRefused, "may not read or write")


@pytest.mark.parametrize("fault", ["full", "short"])
def test_a_full_server_may_have_room_later_and_keeps_no_half(local: LocalSftp, fault: str) -> None:
    local.fault = fault
    (local.root / "day.csv").write_bytes(b"as it was")
    refused(local, SftpUnavailable, "free space")
    assert [(file.name, file.read_bytes()) for file in local.root.iterdir()] == [("day.csv", b"as it was")]


def test_a_connection_lost_in_a_file_leaves_the_old_one(local: LocalSftp) -> None:
    local.fault = "drop"
    (local.root / "day.csv").write_bytes(b"as it was")
    refused(local, SftpUnavailable, "closed in the middle|stopped answering")
    assert (local.root / "day.csv").read_bytes() == b"as it was"


def test_a_server_that_hangs_is_not_waited_for(local: LocalSftp) -> None:
    local.fault = "hang"
    started = time.monotonic()
    with (
        pytest.raises(SftpUnavailable, match="stopped answering"),
        connect(account(local), open_networks=OPEN, step_seconds=0.5) as connection,
    ):
        connection.names(".")
    assert time.monotonic() - started < 5


def test_a_server_that_says_nothing_is_not_waited_for(local: LocalSftp) -> None:
    local.fault = "silent"
    started = time.monotonic()
    with pytest.raises(SftpUnavailable), connect(account(local), open_networks=OPEN, step_seconds=0.5):
        pass
    assert time.monotonic() - started < 5


def test_a_private_address_is_refused_before_a_connection(local: LocalSftp) -> None:
    with pytest.raises(SftpRefused, match="not on the public internet"), connect(account(local), open_networks=[]):
        pass
    assert local.passwords == []


def test_a_port_where_nobody_listens_may_answer_later(local: LocalSftp) -> None:
    local.stop()
    with pytest.raises(SftpUnavailable, match="No connection"), connect(account(local), open_networks=OPEN):
        pass


def test_a_name_that_leads_nowhere_needs_a_person(local: LocalSftp) -> None:
    with (
        pytest.raises(SftpRefused, match="looked up"),
        connect(account(local, host="nowhere.invalid"), open_networks=OPEN, connect_seconds=10),
    ):
        pass
