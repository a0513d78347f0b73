"""Test connection: what it is tried with, what it says, and what it leaves alone."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from integrations import calls
from integrations.actions import save_settings
from integrations.catalog import all_providers
from integrations.contract import (
    Call,
    Category,
    ConnectionResult,
    NeedsAttention,
    Provider,
    Setting,
    SettingType,
    ShownIf,
    Terms,
    Values,
    WayOut,
)
from integrations.models import Integration
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.integrations.providers.local_service import Asked, Reply, Service, serving

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
CANARY = "canary-5d1f0c7e9b"
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


class Probe(Provider):
    slug = "probe"
    name = "Probe"
    tagline = "Asks a service who it is."
    category = Category.DEVELOPER
    description = guide = "For tests."
    terms = Terms("1", "Be kind.")
    data_sent = ("Nothing",)
    settings = (
        Setting("address", SettingType.TEXT, "Address"),
        Setting("api_key", SettingType.SECRET, "API key"),
        Setting("by_hand", SettingType.SWITCH, "By hand"),
        Setting("account", SettingType.TEXT, "Account", shown_if=ShownIf("by_hand", (True,))),
    )
    in_transaction: bool | None = None

    def test_connection(self, values: Values, http: WayOut) -> ConnectionResult:
        Probe.in_transaction = connection.in_atomic_block
        if values["address"] == "explode":
            raise RuntimeError(f"no {values['api_key']}")
        answer = http.send(Call("GET", f"{values['address']}/me", (("authorization", str(values["api_key"])),)))
        if not answer.ok:
            raise NeedsAttention("The key was refused.")
        return ConnectionResult(ok=True, message="Connected as <b>Jo</b>.")


@pytest.fixture
def service() -> Iterator[Service]:
    def answer(asked: Asked) -> Reply:
        return Reply(200 if asked.headers["authorization"] == CANARY else 401)

    with serving(answer) as running:
        yield running


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch, settings: Any, store: Store) -> Integration:
    monkeypatch.setitem(all_providers(), "probe", Probe())
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    made: Integration = IntegrationFactory.create(store=store, provider_slug="probe")
    return made


@pytest.fixture
def url(probe: Integration, address: Address) -> str:
    return address("connection_test", integration=probe.public_id)


def form(service: Service, **changes: Any) -> dict[str, Any]:
    return {"_version": 0, "address": service.url, "api_key": CANARY, **changes}


def test_what_is_typed_is_tried_and_nothing_is_stored(
    owner: Client, url: str, probe: Integration, service: Service
) -> None:
    answer = owner.post(url, form(service), **HTMX)
    assert answer.status_code == 200
    assert "Connected as &lt;b&gt;Jo&lt;/b&gt;." in answer.text
    assert "<html" not in answer.text
    probe.refresh_from_db()
    assert (probe.setting_values, probe.settings_saved_at, probe.version) == ({}, None, 0)
    assert not probe.secrets.exists()
    assert AuditEntry.objects.get(action="integration.tested").changes == {"ok": True, "unsaved": True}


def test_a_secret_that_is_stored_is_kept(owner: Client, url: str, probe: Integration, service: Service) -> None:
    values = {"address": "https://old.example", "by_hand": False}
    save_settings(integration=probe, values=values, secrets={"api_key": CANARY}, version=0, by=None)
    assert "Connected as" in owner.post(url, form(service, api_key="", _version=1), **HTMX).text
    assert "The key was refused." in owner.post(url, form(service, api_key="other", _version=1), **HTMX).text


def test_a_stored_secret_goes_to_no_other_host(
    owner: Client, url: str, probe: Integration, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Probe, "settings", (Setting("address", SettingType.TEXT, "Address", host=True), *Probe.settings[1:])
    )
    values = {"address": "https://old.example", "by_hand": False}
    save_settings(integration=probe, values=values, secrets={"api_key": CANARY}, version=0, by=None)

    answer = owner.post(url, form(service, api_key="", _version=1), **HTMX)

    assert "Correct this first: API key." in answer.text
    assert service.asked == []


def test_without_scripts_it_is_the_page_with_the_answer_and_the_typed_values(
    owner: Client, url: str, service: Service
) -> None:
    answer = owner.post(url, form(service))
    assert answer.status_code == 200
    assert "Connected as &lt;b&gt;Jo&lt;/b&gt;." in answer.text
    assert service.url in answer.text
    assert 'data-unsaved="dirty"' in answer.text
    assert CANARY not in answer.text


def test_without_scripts_the_page_with_the_answer_can_be_saved(
    owner: Client, url: str, probe: Integration, service: Service, address: Address
) -> None:
    configure = address("configure", integration=probe.public_id)
    page = " ".join(owner.post(url, form(service, api_key="")).text.split())
    assert "Fill in first: API key." in page
    assert f'id="settings-form" class="stack configure-form" method="post" action="{configure}"' in page
    assert page.count("(optional)") == 0, "What a test can do without is required all the same."
    answer = owner.post(configure, form(service))
    assert (answer.status_code, answer["Location"]) == (303, address("current"))


def test_from_a_list_what_is_saved_is_tried(
    owner: Client, url: str, probe: Integration, service: Service, address: Address
) -> None:
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, address("current"))
    assert "Probe: Something went wrong on our side." in owner.get(address("current")).text
    values = {"address": service.url, "by_hand": False}
    save_settings(integration=probe, values=values, secrets={"api_key": CANARY}, version=0, by=None)
    owner.post(url)
    assert "Probe: Connected as &lt;b&gt;Jo&lt;/b&gt;." in owner.get(address("current")).text
    quiet = owner.post(url, **HTMX)
    assert (quiet.status_code, "Connected as" in quiet["HX-Trigger"]) == (204, True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"api_key": ""}, "Fill in first: API key."),
        ({"address": "", "api_key": ""}, "Fill in first: Address, API key."),
        ({"by_hand": "on"}, "Fill in first: Account."),
        ({"address": "x" * 600}, "Correct this first: Address."),
        ({"address": "https://127.0.0.1:1"}, "No connection:"),
        ({"address": "explode"}, "Support can find it by the reference int_"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    owner: Client, url: str, service: Service, changes: dict[str, str], sentence: str
) -> None:
    answer = owner.post(url, form(service, **changes), **HTMX)
    assert sentence in answer.text
    assert CANARY not in answer.text
    assert AuditEntry.objects.get(action="integration.tested").changes["ok"] is False


def test_a_service_that_hangs_is_not_waited_for_long(owner: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "WITHIN_SECONDS", 0.3)
    done = threading.Event()

    def hang(asked: Asked) -> Reply:
        done.wait(10)
        return Reply()

    with serving(hang) as service:
        answer = owner.post(url, form(service), **HTMX)
        done.set()
    assert "within the time allowed" in answer.text


def test_it_can_be_tried_so_often_a_minute(
    owner: Client, url: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MOST_A_MINUTE", 1)
    answers = [owner.post(url, form(service), **HTMX).text for _ in range(3)]
    assert "Connected as" in answers[0]
    assert "This was tried often just now." in answers[2]
    assert len(service.asked) <= 2


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str, service: Service) -> None:
    assert signed_in(people.viewer).post(url, form(service)).status_code == 403
    assert signed_in(people.stranger).post(url, form(service)).status_code == 404
    assert signed_in(people.store_owner).get(url).status_code == 405
    assert service.asked == []


def test_a_provider_without_a_test_offers_none(
    owner: Client, store: Store, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = IntegrationFactory.create(store=store, provider_slug="custom-webhook")
    webhook = type(all_providers()["custom-webhook"])
    for offered in (Provider.test_connection, lambda _self, _values, _http: None):
        monkeypatch.setattr(webhook, "test_connection", offered)
        shown = "Test connection" in owner.get(address("configure", integration=made.public_id)).text
        assert shown is (offered is not Provider.test_connection)
    answer = owner.post(address("connection_test", integration=made.public_id), follow=True)
    assert "This integration offers no test." in answer.text


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_service_is_asked(owner: Client, url: str, service: Service) -> None:
    assert "Connected as" in owner.post(url, form(service), **HTMX).text
    assert Probe.in_transaction is False
