"""A change of the encryption key reaches every secret, loses none, and says of each that it could not read."""

import base64
import io
import itertools
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from backoffice.security import rotation
from backoffice.security.encrypted_columns import EncryptedColumn, encrypted_columns
from backoffice.security.encryption import decrypt, encrypt, key_id
from integrations import api_keys, brand, values
from integrations.models import (
    ApiKey,
    BrandSettings,
    Integration,
    IntegrationSecret,
    PendingAuthorization,
    Revocation,
)
from integrations.oauth import pending, revocations
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory, OrganizationKeyFactory
from tests.web_role import web_role
from tests.webhooks.keys import text_of
from webhooks import endpoint_secrets, endpoints
from webhooks.erasure import asking, identities
from webhooks.models import Endpoint, SigningKey
from webhooks.wishes import Wishes

A = "a:" + base64.b64encode(b"a" * 32).decode()
B = "b:" + base64.b64encode(b"b" * 32).decode()
TOKEN = "canary-of-a-token"
Read = Callable[[], object]


def plant(settings: Settings) -> dict[Read, object]:
    """A secret in each encrypted column, as the product puts it there with key A, and how the product reads it."""
    settings.ENCRYPTION_KEYS = A
    integration, user = IntegrationFactory.create(), UserFactory.create()
    store = integration.store
    key, shared_key = ApiKeyFactory.create(store=store), OrganizationKeyFactory.create(organization=store.organization)
    values.keep_secret(integration, "password", "canary-of-a-setting", by=None)
    shared = BrandSettings.objects.create(organization=store.organization, provider_slug="quickbooks")
    brand._set(shared, "client_secret", "canary-of-a-brand", None)
    waiting = PendingAuthorization(integration=integration, user=user, state_sha256="1" * 64, session_sha256="2" * 64)
    waiting.verifier = encrypt(b"canary-of-a-verifier", context=pending.COLUMN.context(waiting))
    waiting.save()
    given_up = Revocation(integration=integration, due_at=timezone.now())
    given_up.sealed = encrypt(json.dumps({"token": TOKEN}).encode(), context=revocations.COLUMN.context(given_up))
    given_up.save()
    headers = {"X-Key": "canary-of-a-header"}
    wishes = Wishes(url="https://hooks.example.com/o", event_types=["order.closed"], headers=headers)
    _endpoint, signing = endpoints.create(store=store, wishes=wishes, by=None, greet=False)
    erasure = asking.ask(organization=store.organization, store=None, kind="email", text="ada@example.com", by=user)

    def opened(column: EncryptedColumn[Any], row: Model) -> bytes:
        row.refresh_from_db()
        return decrypt(bytes(getattr(row, column.field)), context=column.context(row))

    return {
        lambda: api_keys.text_of(ApiKey.objects.get(pk=key.pk)): text_of(key),
        lambda: api_keys.text_of(ApiKey.objects.get(pk=shared_key.pk)): text_of(shared_key),
        lambda: values.open_secret(IntegrationSecret.objects.get(), integration): "canary-of-a-setting",
        lambda: brand._open(shared): {"client_secret": "canary-of-a-brand"},
        lambda: opened(pending.COLUMN, waiting): b"canary-of-a-verifier",
        lambda: opened(revocations.COLUMN, given_up): json.dumps({"token": TOKEN}).encode(),
        lambda: endpoint_secrets.open_key(SigningKey.objects.get(), owner_id=store.pk): signing,
        lambda: endpoint_secrets.open_headers(Endpoint.objects.get()): headers,
        lambda: identities.wanted_of(type(erasure).objects.get()): "ada@example.com",
    }


def rotate(**options: Any) -> str:
    """What it prints; it runs as the web role does, whom row-level security binds."""
    told = io.StringIO()
    try:
        with web_role():
            call_command("rotate_secrets", stdout=told, **options)
    except CommandError as error:
        return f"{told.getvalue()}{error}"
    return told.getvalue()


def secrets_of(integration: Integration, *, count: int) -> list[IntegrationSecret]:
    for number in range(count):
        values.keep_secret(integration, f"s{number}", f"canary-{number}", by=None)
    return list(IntegrationSecret.objects.order_by("pk"))


@pytest.mark.django_db
def test_every_secret_is_read_without_the_old_key(settings: Settings) -> None:
    planted = plant(settings)
    ended = ApiKeyFactory.create()
    ApiKey.objects.filter(pk=ended.pk).update(ciphertext=b"")

    settings.ENCRYPTION_KEYS = f"{B},{A}"
    counts = {
        column.name: 2 if column.name == "integrations_apikey.ciphertext" else 1 for column in encrypted_columns()
    }
    assert len(planted) == sum(counts.values())
    checked = rotate(check=True)
    for name, count in counts.items():
        assert f"{name}: 0 rotated, 0 current, {count} left, 0 unreadable\n" in checked
    assert checked.endswith("9 secrets are encrypted with another key. Run rotate_secrets before you remove it.")
    rotated = rotate()
    for name, count in counts.items():
        assert f"{name}: {count} rotated, 0 current, 0 left, 0 unreadable\n" in rotated

    settings.ENCRYPTION_KEYS = B
    assert [read() for read in planted] == list(planted.values())
    for once_more in (rotate(), rotate(check=True)):
        for name, count in counts.items():
            assert f"{name}: 0 rotated, {count} current, 0 left, 0 unreadable\n" in once_more
        assert len(once_more.splitlines()) == 1 + len(counts)


@pytest.mark.django_db
def test_what_cannot_be_read_is_told_without_itself_and_stops_nothing(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = A
    lost, moved, broken, fine = secrets_of(IntegrationFactory.create(), count=4)
    settings.ENCRYPTION_KEYS = "gone:" + base64.b64encode(b"g" * 32).decode()
    values.keep_secret(lost.integration, lost.name, "canary-lost", by=None)
    IntegrationSecret.objects.filter(pk=moved.pk).update(ciphertext=fine.ciphertext)
    IntegrationSecret.objects.filter(pk=broken.pk).update(ciphertext=b"no ciphertext")
    before = dict(IntegrationSecret.objects.values_list("pk", "ciphertext"))

    settings.ENCRYPTION_KEYS = f"{B},{A}"
    lines = rotate().splitlines()
    at = lines.index("integrations_integrationsecret.ciphertext: 1 rotated, 0 current, 0 left, 3 unreadable")
    assert lines[at + 1 : at + 4] == [
        f"  {lost.pk}: unreadable, key 'gone'",
        f"  {moved.pk}: unreadable, key 'a'",
        f"  {broken.pk}: unreadable, no key named",
    ]
    assert lines[-1].startswith("3 secrets cannot be read.")
    assert "canary" not in "".join(lines)
    after = dict(IntegrationSecret.objects.values_list("pk", "ciphertext"))
    assert {pk for pk in before if bytes(after[pk]) != bytes(before[pk])} == {fine.pk}


@pytest.mark.django_db
def test_as_many_queries_as_batches_and_not_as_rows(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ENCRYPTION_KEYS = A
    secrets_of(IntegrationFactory.create(), count=9)
    monkeypatch.setattr(rotation, "ROWS_AT_A_TIME", 4)
    settings.ENCRYPTION_KEYS = f"{B},{A}"
    with CaptureQueriesContext(connection) as asked:
        tally = rotation.rotate(values.COLUMN, transaction=transaction.atomic)
    assert (tally.rotated, tally.current, tally.left, tally.unreadable) == (9, 0, 0, [])
    statements = [query["sql"].split()[0] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert statements == ["SELECT", "WITH"] * 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("saved_with", "counted"),
    [
        pytest.param([f"{B},{A}"], (1, 1, 0), id="with the new key"),
        pytest.param([A, A], (2, 0, 0), id="twice with the old key"),
        pytest.param([A] * (1 + rotation.TRIES), (1, 0, 1), id="again and again with the old key"),
    ],
)
def test_a_value_saved_between_reading_and_storing_stays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, saved_with: list[str], counted: tuple[int, int, int]
) -> None:
    """Also one saved by a process that still encrypts with the old key; what never rests is left to the next run."""
    settings.ENCRYPTION_KEYS = A
    saved, other = secrets_of(IntegrationFactory.create(), count=2)
    replace, saves = rotation._replace, iter(enumerate(saved_with, start=1))

    def saved_first(*args: Any, **options: Any) -> set[Any]:
        for number, keys in itertools.islice(saves, 1):
            settings.ENCRYPTION_KEYS = keys
            values.keep_secret(saved.integration, saved.name, f"canary-newer-{number}", by=None)
            settings.ENCRYPTION_KEYS = f"{B},{A}"
        return replace(*args, **options)

    monkeypatch.setattr(rotation, "_replace", saved_first)
    settings.ENCRYPTION_KEYS = f"{B},{A}"
    tally = rotation.rotate(values.COLUMN, transaction=transaction.atomic)
    assert (tally.rotated, tally.current, tally.left, tally.unreadable) == (*counted, [])

    saved.refresh_from_db()
    other.refresh_from_db()
    assert key_id(bytes(saved.ciphertext)) == ("a" if tally.left else "b")
    assert values.open_secret(saved, saved.integration) == f"canary-newer-{len(saved_with)}"
    settings.ENCRYPTION_KEYS = B
    assert values.open_secret(other, other.integration) == "canary-1"


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_waited_for_while_no_other_is_held(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENCRYPTION_KEYS = A
    free, held = secrets_of(IntegrationFactory.create(), count=2)
    settings.ENCRYPTION_KEYS = f"{B},{A}"
    locked, let_go, found = threading.Event(), threading.Event(), list[object]()

    def hold() -> None:
        try:
            with transaction.atomic():
                values.keep_secret(held.integration, held.name, "canary-newer", by=None)
                locked.set()
                found.append(let_go.wait(20))
                # A row that rotation held would not be free.
                found.append(len(IntegrationSecret.objects.select_for_update(nowait=True).filter(pk=free.pk)))
        finally:
            connection.close()

    one = rotation._rotate_one

    def then_one(*args: Any) -> None:
        let_go.set()
        one(*args)

    monkeypatch.setattr(rotation, "_rotate_one", then_one)
    holding = threading.Thread(target=hold)
    holding.start()
    assert locked.wait(20)
    tally = rotation.rotate(values.COLUMN, transaction=transaction.atomic)
    holding.join()

    assert found == [True, 1]
    assert (tally.rotated, tally.current, tally.left, tally.unreadable) == (1, 1, 0, [])
    settings.ENCRYPTION_KEYS = B
    held.refresh_from_db()
    free.refresh_from_db()
    assert values.open_secret(held, held.integration) == "canary-newer"
    assert values.open_secret(free, free.integration) == "canary-0"
