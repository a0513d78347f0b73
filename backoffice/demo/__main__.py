"""`python -m backoffice.demo`: the whole product from one command, until Ctrl-C or SIGTERM; `--reset` clears its data."""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from backoffice.demo import environment as env
from backoffice.demo.binaries import BinariesMissingError
from backoffice.demo.environment import Addresses, environment, manage, module
from backoffice.demo.server import Server, ServerError, free_port, is_free
from backoffice.demo.servers import PostgresServer, ValkeyServer
from backoffice.demo.supervisor import Program, Supervisor, run_once

READY_SECONDS = 180.0
POSTGRES = env.VAR / "postgres"
VALKEY = env.VAR / "valkey"


class DemoError(Exception):
    """Why the demo cannot run, in words for the person who started it."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m backoffice.demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="clear the demo's data and end")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    env.VAR.mkdir(exist_ok=True)
    try:
        with _only_one():
            if arguments.reset:
                reset()
            else:
                run()
    except (DemoError, ServerError, BinariesMissingError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
        return 0
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Two demos in one checkout would share data and ports."""
    with (env.VAR / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise DemoError(f"A demo is already running in this checkout (process {lock.read().strip()}).") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def reset() -> None:
    """Deletes the demo's data; a database or Redis of one's own, named in the environment, is left alone."""
    PostgresServer(POSTGRES).remove()
    ValkeyServer(VALKEY).remove()
    for path in (env.SECRETS, env.RECEIVER_SECRETS, env.DESCRIPTION):
        path.unlink(missing_ok=True)
    shutil.rmtree(env.LOGS, ignore_errors=True)
    for path in env.VAR.glob("beat-schedule*"):
        path.unlink()
    print("The demo's data is cleared.")


def run() -> None:
    host, port = _listening_address()
    servers: list[Server] = []
    supervisor = Supervisor(env.LOGS, folder=env.ROOT, servers=servers)
    try:
        addresses, postgres = _start_servers(servers, host, port)
        owner = environment(addresses, addresses.owner)
        print("Preparing the database.", flush=True)
        _step(manage("migrate", "--no-input"), owner, "migrate")
        if postgres is not None:
            postgres.grant_logins()
        seed = module("backoffice.demo.seed", "--url", addresses.url, "--receiver-url", addresses.receiver_url)
        _step(seed, owner, "seed")
        for program in programs(addresses):
            supervisor.start(program)
        _wait_until_ready(addresses, supervisor)
        if os.environ.get("SIMULATOR", "on").lower() not in {"off", "0", "no", "false"}:
            simulator = module("backoffice.demo.simulator", str(env.DESCRIPTION))
            supervisor.start(Program("simulator", simulator, dict(os.environ)))
        introduce()
        supervisor.run()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print("Stopping.", flush=True)
        supervisor.stop()
        for server in reversed(servers):
            server.stop()
    print("Stopped. The data is kept; `make demo-reset` clears it.")


def _listening_address() -> tuple[str, int]:
    host = os.environ.get("HOST") or "127.0.0.1"
    text = os.environ.get("PORT") or str(env.DEFAULT_PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise DemoError(f"PORT is {text!r}; set it to a number from 1 to 65535.")
    if not is_free(int(text)):
        raise DemoError(f"Port {text} is in use. Choose another one: PORT={int(text) + 1} make demo")
    return host, int(text)


def _start_servers(servers: list[Server], host: str, port: int) -> tuple[Addresses, PostgresServer | None]:
    """Starts what the environment does not name, and says where everything is."""
    own_database, own_redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    postgres = None if own_database else PostgresServer(POSTGRES, log=env.LOGS / "postgres.log")
    valkey = None if own_redis else ValkeyServer(VALKEY, log=env.LOGS / "valkey.log")
    for server in (postgres, valkey):
        if server is not None:
            print(f"Starting {server.name}.", flush=True)
            servers.append(server)
            server.start()
    if postgres is not None:
        owner, web, worker = (
            {"DATABASE_URL": postgres.url(role)} for role in ("backoffice_owner", "web_login", "worker_login")
        )
    else:
        owner = {"DATABASE_URL": own_database or ""}
        web, worker = (owner | {"DATABASE_ROLE": role} for role in ("backoffice_web", "backoffice_worker"))
    redis_url = valkey.url() if valkey is not None else own_redis or ""
    receiver_port = _receiver_port()
    return Addresses(host, port, receiver_port, owner, web, worker, redis_url), postgres


def _receiver_port() -> int:
    """The same at every start while it is free: the seeded endpoints name it."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        port = int(json.loads(env.DESCRIPTION.read_text())["receiver_url"].rpartition(":")[2])
        if is_free(port):
            return port
    return free_port()


def programs(addresses: Addresses) -> list[Program]:
    """What runs, in the order of starting; the simulator comes last, when the API answers."""
    web = environment(addresses, addresses.web)
    worker = environment(addresses, addresses.worker)
    receiver = module(
        "backoffice.demo.receiver", "--port", str(addresses.receiver_port), "--secrets", str(env.RECEIVER_SECRETS)
    )
    gunicorn = module(
        "gunicorn", "backoffice.wsgi", "--bind", f"{addresses.host}:{addresses.port}", "--workers", "2", "--threads", "4",
        "--worker-tmp-dir", str(env.VAR), "--graceful-timeout", "5", "--log-level", "warning",
    )  # fmt: skip
    celery = ("celery", "-A", "backoffice")
    worker_of = (*celery, "worker", "--concurrency", "2", "--loglevel", "warning")
    return [
        Program("receiver", receiver, dict(os.environ)),
        Program("web", gunicorn, web),
        Program("worker", module(*worker_of), worker, quiet=True),
        Program("runs", module(*worker_of, "--queues", "runs", "--hostname", "runs@%h"), worker, quiet=True),
        Program(
            "beat",
            module(
                *celery, "beat", "--schedule", str(env.VAR / "beat-schedule"), "--pidfile=", "--loglevel", "warning"
            ),
            worker,
        ),
        Program("sweeper", manage("sweeper"), worker),
    ]


def _step(command: list[str], variables: dict[str, str], name: str) -> None:
    try:
        run_once(command, variables, log=env.LOGS / f"{name}.log", folder=env.ROOT)
    except RuntimeError as error:
        raise DemoError(str(error)) from None


def _wait_until_ready(addresses: Addresses, supervisor: Supervisor) -> None:
    deadline = monotonic() + READY_SECONDS
    while monotonic() < deadline:
        supervisor.turn(0.2)
        if _is_ready(addresses):
            return
    raise DemoError(f"{addresses.url} does not answer. See {env.LOGS / 'web.log'}.")


def _is_ready(addresses: Addresses) -> bool:
    connection = http.client.HTTPConnection(urlsplit(addresses.url).netloc, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def introduce() -> None:
    """Prints where it is and who can sign in."""
    description = json.loads(Path(env.DESCRIPTION).read_text())
    print(f"\n  The back office      {description['url']}")
    print(f"  Webhook receiver     {description['receiver_url']}")
    print(f"  Addresses and keys   {env.DESCRIPTION}\n")
    print(f"  {'Sign in as':<32}{'Password':<36}{'Role':<20}Organization")
    for user in description["users"]:
        print(f"  {user['email']:<32}{user['password']:<36}{user['role']:<20}{user['organization'] or ''}")
    print("\n  Ctrl-C stops everything and keeps the data.\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
