import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from backoffice.demo import processes
from backoffice.demo.server import ServerError, free_port
from backoffice.demo.servers import UNSAFE_AND_FAST, PostgresServer, ValkeyServer

pytestmark = pytest.mark.faults


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture
def postgres(folder: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(folder / "postgres", settings=UNSAFE_AND_FAST)
    yield server
    server.stop()
    server.remove()


def rows(server: PostgresServer) -> int:
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.commit()
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert found is not None
        return int(found[0])


def test_data_address_and_passwords_survive_stop_and_kill(postgres: PostgresServer) -> None:
    postgres.start()
    address = postgres.url()
    assert rows(postgres) == 1
    postgres.restart()
    assert rows(postgres) == 2
    postgres.kill()
    assert not postgres.running
    postgres.start()
    assert rows(postgres) == 3
    assert postgres.url() == address


def test_the_owner_is_no_superuser_and_text_is_utf8(postgres: PostgresServer) -> None:
    postgres.start()
    with psycopg.connect(postgres.url()) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, current_setting('server_encoding'), lower('Ä')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, True, True, False, "UTF8", "ä")


def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    postgres.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url().replace(postgres.password("backoffice_owner"), "guess"))


def test_passwords_are_readable_by_their_owner_alone(postgres: PostgresServer) -> None:
    postgres.start()
    path = postgres.folder / "passwords.json"
    assert path.stat().st_mode & 0o777 == 0o600


def test_login_roles_become_members_of_the_group_roles(postgres: PostgresServer) -> None:
    postgres.start()
    with psycopg.connect(postgres.url(), autocommit=True) as owner:
        owner.execute("CREATE ROLE backoffice_web NOLOGIN")
        owner.execute("CREATE ROLE backoffice_worker NOLOGIN")
    postgres.grant_logins()
    postgres.grant_logins()
    with psycopg.connect(postgres.url("web_login")) as web:
        row = web.execute(
            "SELECT pg_has_role('backoffice_web', 'USAGE'), pg_has_role('backoffice_worker', 'USAGE')"
        ).fetchone()
    assert row == (True, False)


def test_a_postmaster_whose_parent_was_killed_is_replaced(postgres: PostgresServer) -> None:
    postgres.start()
    rows(postgres)
    orphan = postgres.process
    assert orphan is not None
    successor = PostgresServer(postgres.folder, settings=UNSAFE_AND_FAST)
    try:
        successor.start()
        assert orphan.wait(10) == 0
        assert rows(successor) == 2
    finally:
        successor.stop()


def test_a_lock_file_with_a_number_now_used_by_another_program_is_no_obstacle(postgres: PostgresServer) -> None:
    postgres.start()
    data = postgres._data
    lock = (data / "postmaster.pid").read_text()
    postgres.kill()
    with subprocess.Popen(["sleep", "60"]) as other:
        (data / "postmaster.pid").write_text("\n".join([str(other.pid), *lock.splitlines()[1:]]) + "\n")
        postgres.start()
        assert other.poll() is None
        other.kill()
    assert postgres.running


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    server = PostgresServer(folder / "postgres", settings={"shared_buffers": "nonsense"})
    with pytest.raises(ServerError, match="shared_buffers"):
        server.start()
    assert not server.running
    server.remove()


def test_the_server_ends_when_its_parent_is_killed(folder: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child of its parent's death")
    program = (
        "import sys, time, pathlib; from backoffice.demo.servers import ValkeyServer\n"
        "server = ValkeyServer(pathlib.Path(sys.argv[1])); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(60)"
    )
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(folder / "valkey")], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while processes.is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not processes.is_running(child)


def test_valkey_keeps_its_address_and_asks_for_its_password(folder: Path) -> None:
    server = ValkeyServer(folder / "valkey")
    with server:
        address = server.url()
        with redis.Redis.from_url(address) as client:
            client.set("key", "value")
        server.kill()
        server.start()
        assert server.url() == address
        with redis.Redis.from_url(address) as client:
            assert client.get("key") is None
        with redis.Redis(port=server.port or 0) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        assert server.process is not None
        assert server.password("default") not in processes.command_of(server.process.pid)
    assert not server.running


def test_a_given_port_is_used(folder: Path) -> None:
    port = free_port()
    with ValkeyServer(folder / "valkey", port=port) as server:
        assert server.port == port


def test_a_dead_child_is_reaped_and_counts_as_gone() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    processes.end_stranger(child, ((signal.SIGTERM, 5.0),))
    assert not processes.is_running(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as another user")
def test_data_moves_where_the_server_user_can_reach_it_and_does_not_outlive_its_checkout(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    first = PostgresServer(closed / "postgres", settings=UNSAFE_AND_FAST)
    first.start()
    rows(first)
    first.stop()
    assert first._data.is_relative_to("/var/tmp")
    (closed / "postgres" / "passwords.json").unlink()
    second = PostgresServer(closed / "postgres", settings=UNSAFE_AND_FAST)
    try:
        second.start()
        assert second._data == first._data
        assert rows(second) == 1
    finally:
        second.stop()
        second.remove()
    assert not first._data.exists()
