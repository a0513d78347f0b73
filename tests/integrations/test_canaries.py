"""A canary in every secret of every provider, a service that quotes whatever it is sent, and nobody who ever reads one."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from backoffice.outbound.request import OutboundRequest, OutboundResult, Timings
from backoffice.tenancy.mails.outbox import send_waiting
from backoffice.tenancy.models import AuditEntry, Store
from integrations import actions, provider_http
from integrations.callbacks import callback_url
from integrations.catalog import all_providers
from integrations.contract import NeedsAttention, Provider, Scope, SettingType, SftpAccount
from integrations.models import Integration, OAuthGrant, Revocation, Run
from integrations.oauth import grants
from integrations.oauth.revocations import ask
from integrations.oauth.tokens import Tokens
from integrations.outages import note
from integrations.outages.tell import tell
from integrations.runs.execute import execute
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tenancy import Personas
from tests.integrations.canaries import Canaries
from tests.integrations.providers.samples import sample_parameters, sample_values
from tests.routes import Route, tenant_routes
from tests.tenancy.test_every_url import MAKERS
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db
#: The pages that show something of one provider; the others are looked at once.
THINGS = {"integration", "run", "provider", "endpoint", "delivery"}
RUN_AT_ONCE = 200
#: So many providers at least have an action that fails at a service that refuses everything.
RUNS_THAT_FAIL = 4


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture(autouse=True)
def quoting_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses every call and quotes all of it in each of the places where providers look for the reason."""

    def send(request: OutboundRequest) -> OutboundResult:
        told = " ".join([request.url, *(value for _name, value in request.headers), request.body.decode()])[:4000]
        error = {"Message": told, "Detail": told, "code": "2020", "message": told}
        body = {
            "message": told,
            "errors": [error],
            "Fault": {"Error": [error], "type": "ValidationFault"},
            "error": told,
        }
        return OutboundResult(
            status=400, headers=(("content-type", "application/json"),), body=json.dumps(body).encode(), error=None,
            error_detail="", remote_address="", started_at=datetime.now(UTC), timings=Timings(),
        )  # fmt: skip

    def open_sftp(account: SftpAccount) -> Any:
        raise NeedsAttention(f"{account.username} with {account.password} is not let in.")

    monkeypatch.setattr(provider_http, "send", send)
    monkeypatch.setattr(provider_http, "open_sftp", open_sftp)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    monkeypatch.setattr("backoffice.broker.send", lambda *told: sent.append(repr(told)))
    return sent


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Every record of every logger, as a formatter would write it."""
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter().format(record) + repr(vars(record)))

    handler, root = Keeping(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(level)
    root.removeHandler(handler)


def test_no_secret_is_ever_read(
    canaries: Canaries,
    store: Store,
    people: Personas,
    tasks: list[str],
    log: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client = Client()
    client.force_login(people.owner)
    with django_capture_on_commit_callbacks(execute=True):
        for provider in all_providers().values():
            _live_with(provider, canaries, store, people, client)
        for route in tenant_routes():
            if not THINGS & set(route.parameters):
                _look(route, {}, canaries, store, client)
        _tell_by_mail(canaries)
        _take_out(canaries, store, client)
        _disconnect(canaries, store, client)
        _look_as_support(canaries)
    canaries.listen("\n".join(tasks), "the arguments of tasks")
    canaries.listen("\n".join(log), "the log")
    canaries.listen(_dump(), "a dump of the database")
    assert len(canaries.planted) > len(all_providers())
    assert canaries.heard == []


def _live_with(provider: Provider, canaries: Canaries, store: Store, people: Personas, client: Client) -> None:
    """All that happens to an integration: added, set up, tested, its actions run, a stranger's webhook, each of its pages."""
    integration = actions.add(store=store, provider=provider, by=people.owner, address="127.0.0.1")
    place = {"organization": store.organization.slug, "store": store.code, "integration": integration.public_id}
    secrets = {each.name: canaries.plant(f"{provider.slug}.{each.name}") for each in provider.settings if each.secret}
    secrets = {
        name: f"https://hooks.example.com/{secret}" if name.endswith("_url") else secret
        for name, secret in secrets.items()
    }
    wrong = client.post(reverse("integrations:configure", kwargs=place), {**secrets, "_version": "0"})
    canaries.listen(wrong.text, f"{provider.slug}: the settings with something missing")
    integration = _saved(provider, integration, secrets, people)
    Integration.objects.filter(pk=integration.pk).update(notification_email="till@example.com")
    if any(setting.type is SettingType.OAUTH for setting in provider.settings):
        given = Tokens(canaries.plant(f"{provider.slug}.access"), canaries.plant(f"{provider.slug}.refresh"), 3600)
        grants.connect(integration=integration, provider=provider, given=given, kept={"realmId": "1"}, by=people.owner)
    tested = client.post(reverse("integrations:connection_test", kwargs=place), follow=True)
    canaries.listen(tested.text, f"{provider.slug}: the test of the connection")
    for setting in provider.settings:
        if setting.choices_from:
            fetched = client.post(
                reverse("integrations:load_choices", kwargs=place),
                {"_setting": setting.name, "_version": str(integration.version)},
            )
            canaries.listen(fetched.text, f"{provider.slug}: choices of {setting.name}")
    called = client.post(callback_url(integration), b'{"order": 1}', content_type="application/json")
    canaries.listen(called.text, f"{provider.slug}: the answer to a webhook")
    for run in _runs(provider, place, client):
        for route in tenant_routes():
            if THINGS & set(route.parameters) and (made := _made(route, provider, integration, run)) is not None:
                _look(route, made, canaries, store, client)


def _saved(provider: Provider, integration: Integration, secrets: Mapping[str, str], people: Personas) -> Integration:
    plain = {name: value for name, value in sample_values(provider).items() if name not in secrets}
    plain = {s.name: plain[s.name] for s in provider.settings if s.name in plain and not s.generated}
    scopes = {setting.name: setting.scope for setting in provider.settings}
    shared = actions.Shared(
        values={name: value for name, value in plain.items() if scopes[name] is Scope.BRAND},
        secrets={name: value for name, value in secrets.items() if scopes[name] is Scope.BRAND},
    )
    return actions.save_settings(
        integration=integration,
        values={name: value for name, value in plain.items() if scopes[name] is Scope.STORE},
        secrets={name: value for name, value in secrets.items() if scopes[name] is Scope.STORE},
        version=integration.version,
        by=people.owner,
        shared=shared,
    )


def _runs(provider: Provider, place: dict[str, str], client: Client) -> list[Run | None]:
    """A run of each action, done; None for a provider without actions."""
    for action in provider.actions:
        form = {name: str(value) for name, value in sample_parameters(action).items()}
        client.post(reverse("integrations:start_action", kwargs=place), {"action": action.name, **form})
    runs = list(Run.objects.filter(integration__provider_slug=provider.slug))
    assert len(runs) == len(provider.actions)
    for run in runs:
        execute(run.pk)
    return list(runs) or [None]


def _made(route: Route, provider: Provider, integration: Integration, run: Run | None) -> dict[str, str] | None:
    """What the placeholders stand for; None where this provider has nothing of the kind."""
    endpoint = Endpoint.objects.filter(integration=integration).first()
    known = {
        "integration": integration.public_id,
        "provider": provider.slug,
        "run": run.public_id if run else None,
        "endpoint": endpoint.public_id if endpoint else None,
    }
    wanted = {name: known.get(name) for name in set(route.parameters) & THINGS}
    return {name: value for name, value in wanted.items() if value} if all(wanted.values()) else None


def _look(route: Route, made: Mapping[str, str], canaries: Canaries, store: Store, client: Client) -> None:
    assert route.access is not None
    if "GET" not in route.access.methods:
        return
    url = reverse(route.name, kwargs={name: made.get(name) or MAKERS[name](store) for name in route.parameters})
    for query in ("", "?tab=action", "?show=all") if made else ("",):
        answer = client.get(url + query)
        assert answer.status_code < 500, url
        content = answer.getvalue() if answer.streaming else answer.content
        canaries.listen(content.decode(errors="replace"), f"{url}{query}")


def _tell_by_mail(canaries: Canaries) -> None:
    """What fails is told to the integrations' own addresses: all their mails, as they leave."""
    later = timezone.now() + note.PATIENCE
    note.note_beginnings(later)
    for outage in note.untold():
        tell(outage)
    send_waiting(timezone.now())
    assert len(mail.outbox) >= RUNS_THAT_FAIL
    for letter in mail.outbox:
        canaries.listen(letter.message().as_string(), f"the mail {letter.subject}")
        alternatives = getattr(letter, "alternatives", ())
        for content in (letter.body, *(content for content, _kind in alternatives)):
            canaries.listen(str(content), f"the mail {letter.subject}")


def _take_out(canaries: Canaries, store: Store, client: Client) -> None:
    """All files of the archive that an owner takes out."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer: Any = client.post(reverse("webhooks:store_export", args=[store.organization.slug, store.code]))
    assert answer["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        for name in archive.namelist():
            canaries.listen(archive.read(name).decode(), f"{name} of the store's archive")


def _disconnect(canaries: Canaries, store: Store, client: Client) -> None:
    """Accounts are given up while their service quotes what it is asked; then the history tells of it."""
    place = {"organization": store.organization.slug, "store": store.code}
    for grant in OAuthGrant.objects.select_related("integration"):
        url = reverse("integrations:oauth_disconnect", kwargs={**place, "integration": grant.integration.public_id})
        canaries.listen(client.get(url).text + client.post(url, follow=True).text, "the page that disconnects")
    asked = list(Revocation.objects.values_list("pk", flat=True))
    assert asked
    for row_id in asked:
        ask(row_id)
    assert AuditEntry.objects.filter(action="integration.access_not_revoked").count() == len(asked)
    history = client.get(reverse("tenancy:history", kwargs={"organization": store.organization.slug}))
    assert history.status_code == 200
    canaries.listen(history.text, "the history")


def _look_as_support(canaries: Canaries) -> None:
    """Each list of the admin site and each of its things that integrations have to do with."""
    client = Client()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        where = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = client.get(reverse(f"{where}_changelist"))
        canaries.listen(listed.text, f"the list of {model.__name__}")
        if model._meta.app_label in {"integrations", "webhooks", "tenancy"} and model is not ContentType:
            for thing in model._default_manager.order_by("pk")[:RUN_AT_ONCE]:
                shown = client.get(reverse(f"{where}_change", args=[thing.pk]))
                canaries.listen(shown.text, f"{model.__name__} in the admin site")


def _dump() -> str:
    """Every row of every table as text, as pg_dump writes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [row[0] for row in cursor.fetchall()]
        parts = []
        for table in tables:
            with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as rows:
                parts.append(b"".join(rows).decode())
    assert "custom-webhook" in "".join(parts)
    return "\n".join(parts)
