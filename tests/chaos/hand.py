"""A process that stores orders as ingest does and forks workers, told by JSON lines on stdin; what it forks may be killed."""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import local
from typing import Any, NoReturn
from unittest import mock

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from backoffice.demo import processes
from tests.chaos.hand_runs import seed_run, tend_runs
from tests.load.orders import order_event

Stored = list[tuple[str, float]]


def migrate() -> None:
    call_command("migrate", verbosity=0)
    connections.close_all()


def use(database: str) -> None:
    """Work in this database from now on."""
    connections.close_all()
    connection.settings_dict["NAME"] = database


def seed(tenant: str, urls: list[str], timeout_seconds: int) -> None:
    """An organization with one licensed store, and an endpoint for each URL."""
    from tests.factories.licensing import LicensedStoreFactory
    from webhooks import endpoint_limits, endpoints
    from webhooks.event_types import ORDER_EVENT_TYPES
    from webhooks.models import Endpoint
    from webhooks.wishes import Wishes

    store = LicensedStoreFactory.create(organization__slug=tenant)
    with transaction.atomic(), mock.patch.object(endpoint_limits, "MOST_ENDPOINTS", len(urls)):
        for url in urls:
            endpoints.create(store=store, wishes=Wishes(url=url, event_types=ORDER_EVENT_TYPES), by=None, greet=False)
    _confirm()
    Endpoint.objects.update(timeout_seconds=timeout_seconds)


def _confirm() -> None:
    """As if each endpoint had answered once: one that never has is tried with more care."""
    from webhooks.models import Endpoint

    if "confirmed_at" in {field.name for field in Endpoint._meta.get_fields()}:
        Endpoint.objects.update(confirmed_at=timezone.now())


def post(tenant: str, count: int, per_second: float = 0, crash: str = "") -> Stored:
    """`count` orders, each in a transaction of its own; returns each webhook id with the time before it was stored.

    With `crash`, a process of its own stores them and is gone in the middle of the last: "before commit" or "after commit".
    """
    if not crash:
        return [_store(tenant, number) for number in _paced(count, per_second)]
    reading, writing = os.pipe()
    pid = _fork()
    if pid:
        os.close(writing)
        os.waitpid(pid, 0)
        with os.fdopen(reading) as file:
            return [tuple(json.loads(line)) for line in file]
    with os.fdopen(writing, "w", buffering=1) as file:
        for number in range(count - 1):
            file.write(json.dumps(_store(tenant, number)) + "\n")
        _store(tenant, count - 1, crash=crash, tell=lambda stored: file.write(json.dumps(stored) + "\n"))
    os._exit(0)


def _paced(count: int, per_second: float) -> Iterator[int]:
    start = time.monotonic()
    for number in range(count):
        if per_second:
            time.sleep(max(0.0, start + number / per_second - time.monotonic()))
        yield number


def _store(
    tenant: str, number: int, *, crash: str = "", tell: Callable[[tuple[str, float]], object] = lambda _: None
) -> tuple[str, float]:
    from backoffice.tenancy.models import Store
    from webhooks import outbox

    store = Store.objects.get(organization__slug=tenant)
    before = time.monotonic()
    event = _event(store, number)
    with transaction.atomic():
        event.save(force_insert=True)
        if crash == "after commit":
            transaction.on_commit(_die)
        outbox.add([event], store=store)
        tell((event.public_id, before))
        if crash == "before commit":
            _die()
    return event.public_id, before


def _event(store: Any, number: int) -> Any:
    from webhooks.models import OrderEvent

    order = order_event(0)
    return OrderEvent(
        store=store,
        type=order["type"],
        order_id=f"order-{number}",
        order_version=1,
        channel="pos",
        occurred_at=timezone.now(),
        order_json=json.dumps(order["order"]),
    )


def backlog(tenant: str, count: int) -> int:
    """`count` deliveries that wait, spread over the tenant's endpoints as orders would have left them; returns how many."""
    from backoffice.tenancy.models import Store
    from webhooks.canonical.order import Order
    from webhooks.ingest import Post, ingest_all

    store = Store.objects.get(organization__slug=tenant)
    each = store.endpoints.count()
    sample = order_event(0)
    order_json = json.dumps(sample["order"])
    order = Order.model_validate_json(order_json)
    posts = [
        Post(sample["type"], order.model_copy(update={"id": f"order-{number}"}), order_json)
        for number in range(-(-count // each))
    ]
    with transaction.atomic():
        for start in range(0, len(posts), 500):
            ingest_all(store=store, api_key=None, posts=posts[start : start + 500])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_delivery, webhooks_orderevent")
    return len(posts) * each


def edit(old: str, new: str) -> None:
    """Save the endpoint at URL `old` with the URL `new`."""
    from webhooks import endpoints
    from webhooks.models import Endpoint
    from webhooks.wishes import Wishes

    endpoint = Endpoint.objects.get(url=old)
    endpoints.update(endpoint=endpoint, version=endpoint.version, wishes=replace(Wishes.of(endpoint), url=new), by=None)


def replace_key(url: str) -> None:
    """Give the endpoint a new signing secret, the old one being revoked at once."""
    from backoffice.database.identifiers import uuid7
    from webhooks import endpoints
    from webhooks.delivery.signing import generate_secret
    from webhooks.endpoint_secrets import seal_key
    from webhooks.models import Endpoint, SigningKey

    endpoint = Endpoint.objects.get(url=url)
    key_id = uuid7()
    with transaction.atomic():
        SigningKey.objects.filter(endpoint=endpoint).delete()
        SigningKey.objects.create(
            id=key_id,
            endpoint=endpoint,
            ciphertext=seal_key(owner_id=endpoint.owner_id, key_id=key_id, secret=generate_secret()),
            hint="new",
        )
        endpoints.touch(endpoint=endpoint)


def secrets(url: str) -> list[str]:
    """The endpoint's signing secrets in the clear."""
    from webhooks.endpoint_secrets import open_key
    from webhooks.models import Endpoint

    endpoint = Endpoint.objects.get(url=url)
    return [open_key(key, owner_id=endpoint.owner_id) for key in endpoint.signing_keys.all()]


def poison_header(url: str) -> None:
    """Seal a header that no request can carry, as an earlier version without today's checks might have."""
    from webhooks.endpoint_secrets import seal_headers
    from webhooks.models import Endpoint

    endpoint = Endpoint.objects.get(url=url)
    endpoint.header_names = ["x-bad"]
    endpoint.headers_ciphertext = seal_headers(endpoint, {"x-bad": "line\r\nbreak"})
    endpoint.save()


def spawn(command: str, log: str, login: list[str], lease_seconds: float) -> int:
    """Fork a `manage.py` command that works as this login; returns its process id."""
    pid = _fork()
    if not pid:
        _become(command, log, login, lease_seconds)
    return pid


def _become(command: str, log: str, login: list[str], lease_seconds: float) -> NoReturn:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    connection.settings_dict["USER"], connection.settings_dict["PASSWORD"] = login
    settings.DELIVERY_LEASE_SECONDS = lease_seconds
    try:
        call_command(command)
    except BaseException:  # noqa: BLE001  the fork must not go on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def reap(pid: int) -> int:
    """The exit status of a forked process that has ended or is about to; negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _fork() -> int:
    """Fork with nothing of the parent's connections; the child dies with its parent."""
    from backoffice import broker
    from webhooks import wake

    connections.close_all()
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        if ask := processes._signal_when_parent_dies(signal.SIGKILL):
            ask()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        wake._client.cache_clear()
        broker._state = local()
    return pid


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


DOES: dict[str, Callable[..., Any]] = {
    does.__name__: does
    for does in (
        migrate,
        use,
        seed,
        post,
        backlog,
        edit,
        replace_key,
        secrets,
        poison_header,
        seed_run,
        tend_runs,
        spawn,
        reap,
    )
}


def main() -> None:
    """Answers each line with one of its own, until stdin ends."""
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    django.setup()
    for line in sys.stdin:
        wanted = json.loads(line)
        try:
            answer = {"answer": DOES[wanted.pop("do")](**wanted)}
        except Exception:  # noqa: BLE001  whatever it is, the test that asked shows it
            answer = {"error": traceback.format_exc()}
        # The next test may restart the database meanwhile.
        connections.close_all()
        replies.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
