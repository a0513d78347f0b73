"""One setting by itself: checked when it is left, its choices loaded from the service, and shown beside the right values."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from integrations.actions import save_settings
from integrations.catalog import all_providers
from integrations.contract import (
    Category,
    NeedsAttention,
    Option,
    Provider,
    Setting,
    SettingType,
    ShownIf,
    Terms,
    Values,
    WayOut,
)
from integrations.models import FetchedChoices, Integration
from integrations.status import missing_settings
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
CANARY = "canary-5d1f0c7e9b"


class Chooser(Provider):
    slug = "chooser"
    name = "Chooser"
    tagline = "Has something to choose."
    category = Category.DEVELOPER
    description = guide = "For tests."
    terms = Terms("1", "Be kind.")
    data_sent = ("Nothing",)
    settings = (
        Setting("key", SettingType.SECRET, "Key"),
        Setting("kind", SettingType.SELECT, "Kind", options=(Option("day", "By day"), Option("order", "By order"))),
        Setting("days", SettingType.INTEGER, "Days", minimum=1, shown_if=ShownIf("kind", ("day",))),
        Setting("proof", SettingType.SECRET, "Proof", shown_if=ShownIf("kind", ("order",))),
        Setting("book", SettingType.SELECT, "Book", choices_from="books"),
        Setting(
            "accounts",
            SettingType.MAPPING,
            "Accounts",
            keys=(Option("cash", "Cash"), Option("card", "Card")),
            choices_from="books",
        ),
        Setting(
            "tills",
            SettingType.ROWS,
            "Tills",
            required=False,
            columns=(Setting("name", SettingType.TEXT, "Name"), Setting("floor", SettingType.INTEGER, "Floor")),
        ),
    )
    asked: list[Values] = []

    def books(self, values: Values, http: WayOut) -> Sequence[Option]:
        self.asked.append(values)
        if values["key"] != CANARY:
            raise NeedsAttention("The key was refused.")
        return [Option("7", "<i>Main</i>"), Option("9", "Second")]


@pytest.fixture
def chooser(monkeypatch: pytest.MonkeyPatch, store: Store) -> Integration:
    monkeypatch.setitem(all_providers(), "chooser", Chooser())
    monkeypatch.setattr(Chooser, "asked", [])
    made: Integration = IntegrationFactory.create(store=store, provider_slug="chooser")
    return made


@pytest.fixture
def at(chooser: Integration, address: Address) -> Callable[[str], str]:
    return lambda name: address(name, integration=chooser.public_id)


def form(version: int = 0, **changes: Any) -> dict[str, Any]:
    filled = {"_version": version, "key": CANARY, "kind": "day", "days": "3"}
    return {**filled, **changes}


def whole(version: int = 0, **changes: Any) -> dict[str, Any]:
    return form(version, **{"book": "7", "accounts.cash": "7", "accounts.card": "9", **changes})


def load(owner: Client, at: Callable[[str], str], setting: str, **changes: Any) -> str:
    return owner.post(at("load_choices"), form(_setting=setting, **changes), **HTMX).text


def test_choices_are_fetched_with_what_is_typed_and_kept(
    owner: Client, at: Callable[[str], str], chooser: Integration
) -> None:
    answer = load(owner, at, "book")
    assert "&lt;i&gt;Main&lt;/i&gt;" in answer
    assert "2 choices, loaded" in answer
    assert "<html" not in answer
    assert CANARY not in answer
    assert Chooser.asked[0]["kind"] == "day"
    chooser.refresh_from_db()
    assert (chooser.setting_values, chooser.secrets.count()) == ({}, 0)
    assert FetchedChoices.objects.get().options == [["7", "<i>Main</i>"], ["9", "Second"]]
    assert AuditEntry.objects.get(action="integration.choices_loaded").changes == {"setting": "book", "choices": 2}
    page = owner.get(at("configure")).text
    assert re.search(r'<option value="9"\s*>Second</option>', page)


def test_a_failure_is_said_in_words_and_keeps_what_there_was(
    owner: Client, at: Callable[[str], str], chooser: Integration
) -> None:
    load(owner, at, "book")
    answer = owner.post(at("load_choices"), form(_setting="book", key="wrong"), **HTMX)
    assert "Book: The key was refused." in answer["HX-Trigger"]
    missing = owner.post(at("load_choices"), form(_setting="book", key=""), **HTMX)
    assert "Fill in first: Key." in missing["HX-Trigger"]
    assert FetchedChoices.objects.count() == 1


def test_without_scripts_the_page_comes_back_with_choices_and_typed_values(
    owner: Client, at: Callable[[str], str]
) -> None:
    page = owner.post(at("load_choices"), form(_setting="accounts", days="12")).text
    assert "Accounts: 2 choices were loaded." in page
    assert 'value="12"' in page
    assert page.count("&lt;i&gt;Main&lt;/i&gt;") == 2


def test_only_offered_choices_are_saved_and_a_withdrawn_one_stays(
    owner: Client, at: Callable[[str], str], chooser: Integration
) -> None:
    assert owner.post(at("configure"), whole()).status_code == 422
    load(owner, at, "book")
    load(owner, at, "accounts")
    assert owner.post(at("configure"), whole()).status_code == 303
    FetchedChoices.objects.update(options=[["9", "Second"]])
    page = owner.get(at("configure")).text
    assert "7 (no longer offered)" in page
    assert owner.post(at("configure"), whole(1, key="")).status_code == 303


def test_a_setting_is_checked_when_it_is_left(owner: Client, at: Callable[[str], str], chooser: Integration) -> None:
    bad = owner.post(at("check_setting"), form(_setting="days", days="0"), **HTMX)
    assert bad.status_code == 422
    assert "greater than or equal to 1" in bad.text
    assert 'aria-invalid="true"' in bad.text
    assert 'id="setting-days"' in bad.text
    good = owner.post(at("check_setting"), form(_setting="days", days="2"), **HTMX)
    assert (good.status_code, "aria-invalid" in good.text) == (200, False)
    empty = owner.post(at("check_setting"), form(_setting="days", days=""), **HTMX)
    assert empty.status_code == 200
    for unknown in ("key", "nothing"):
        assert owner.post(at("check_setting"), form(_setting=unknown), **HTMX).status_code == 404
    chooser.refresh_from_db()
    assert chooser.settings_saved_at is None


def test_what_is_not_shown_is_neither_required_nor_taken(
    owner: Client, at: Callable[[str], str], chooser: Integration
) -> None:
    load(owner, at, "book")
    load(owner, at, "accounts")
    refused = owner.post(at("configure"), whole(days=""))
    assert refused.status_code == 422
    assert owner.post(at("configure"), whole(proof="typed and hidden")).status_code == 303
    chooser.refresh_from_db()
    assert chooser.setting_values["days"] == 3
    assert set(chooser.secrets.values_list("name", flat=True)) == {"key"}
    assert owner.post(at("configure"), whole(1, kind="order", days="nonsense")).status_code == 422
    assert owner.post(at("configure"), whole(1, kind="order", days="nonsense", proof="shown")).status_code == 303
    chooser.refresh_from_db()
    assert (chooser.setting_values["kind"], chooser.setting_values["days"]) == ("order", 3)
    assert missing_settings(chooser, Chooser()) == []


def test_the_page_tells_the_script_when_to_show(owner: Client, at: Callable[[str], str]) -> None:
    page = owner.get(at("configure")).text
    assert re.search(r'data-shown-if="kind"\s+data-shown-values="\[&quot;day&quot;\]"', page)
    assert 'name="days"' in page
    assert 'name="proof"' in page


def test_rows_are_added_without_scripts_and_nothing_is_saved(
    owner: Client, at: Callable[[str], str], chooser: Integration
) -> None:
    assert owner.get(at("configure")).text.count('name="tills.') == 4
    rows: dict[str, Any] = {"tills.0.name": "Bar", "tills.0.floor": "0", "tills.1.name": "Door", "tills.1.floor": "1"}
    answer = owner.post(at("configure"), form(_add_row="tills", **rows))
    assert answer.status_code == 200
    assert answer.text.count('name="tills.') == 8
    assert 'value="Door"' in answer.text
    chooser.refresh_from_db()
    assert chooser.settings_saved_at is None


def test_a_required_table_that_is_empty_is_missing(chooser: Integration) -> None:
    values = {"kind": "day", "days": 3, "book": "7"}
    saved = save_settings(integration=chooser, values=values, secrets={"key": CANARY}, version=0, by=None)
    assert [str(label) for label in missing_settings(saved, Chooser())] == ["Accounts"]
