"""Startup checks on providers: each wrong declaration is named, and a right one passes."""

from collections.abc import Sequence
from typing import Any

import pytest

from integrations.checks import problems_of
from integrations.contract import (
    Action,
    Kind,
    OAuth,
    Option,
    Provider,
    Run,
    Schedule,
    Scope,
    Setting,
    SettingType,
    ShownIf,
)
from integrations.providers.custom_webhook import CustomWebhook


def declared(*settings: Setting, **other: Any) -> Provider:
    """A provider that passes but for what is given; it stands in for the custom webhook, whose logo exists."""
    body = {
        "__module__": "integrations.providers.custom_webhook",
        **{name: getattr(CustomWebhook, name) for name in ("slug", "name", "tagline", "category", "description")},
        **{name: getattr(CustomWebhook, name) for name in ("guide", "terms", "data_sent")},
        "settings": settings,
        **other,
    }
    provider: Provider = type("Declared", (Provider,), body)()
    return provider


def ids(provider: Provider) -> list[str | None]:
    return [problem.id for problem in problems_of(provider)]


def text(name: str = "site", **other: Any) -> Setting:
    return Setting(name, SettingType.TEXT, "Site", **other)


def typed(kind: SettingType, **other: Any) -> Setting:
    return Setting("one", kind, "One", **other)


def pull(**other: Any) -> Action:
    return Action(
        **{
            "name": "pull_orders",
            "label": "Pull",
            "description": "Pulls.",
            "kind": Kind.PULL,
            "items": "orders",
            **other,
        }
    )


def method(*_arguments: object) -> Sequence[Option]:
    return ()


A, B = Option("a", "A"), Option("b", "B")
SELECT = Setting("kind", SettingType.SELECT, "Kind", options=(A, B))
SWITCH = Setting("kind", SettingType.SWITCH, "Kind")


def test_a_right_declaration_passes() -> None:
    def oauth(self: Provider, values: object) -> OAuth | None:
        return None

    provider = declared(
        SELECT,
        text(shown_if=ShownIf("kind", ("a",))),
        Setting("dynamic", SettingType.SELECT, "Dynamic", choices_from="accounts"),
        Setting("account", SettingType.OAUTH, "Account"),
        Setting("hook", SettingType.CALLBACK_URL, "Callback"),
        Setting("rows", SettingType.ROWS, "Rows", columns=(text(),)),
        Setting("ledger", SettingType.MAPPING, "Ledger", keys=(A,), choices_from="accounts"),
        actions=(pull(schedules=(Schedule.HOURLY,), default_schedule=Schedule.HOURLY, parameters=(text(),)),),
        accounts=method,
        pull_orders=method,
        on_inbound=method,
        oauth=oauth,
    )
    assert ids(provider) == []


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (text("Site"), "E005"),
        (typed(SettingType.SELECT), "E006"),
        (typed(SettingType.MULTISELECT), "E006"),
        (typed(SettingType.SECRET, default="x"), "E007"),
        (text(shown_if=ShownIf("missing", ("a",))), "E013"),
        (text(shown_if=ShownIf("site", ("a",))), "E013"),
        (typed(SettingType.ROWS), "E014"),
        (typed(SettingType.MAPPING), "E015"),
        (typed(SettingType.OAUTH), "E016"),
        (typed(SettingType.CALLBACK_URL), "E017"),
        (typed(SettingType.SELECT, choices_from="missing"), "E018"),
        (typed(SettingType.MAPPING, keys=(A,), choices_from="oauth"), "E018"),
        (typed(SettingType.SELECT, options=(A,), default="b"), "E019"),
        (typed(SettingType.MULTISELECT, options=(A,), default=("a", "b")), "E019"),
        (typed(SettingType.ROWS, columns=(typed(SettingType.SECRET),)), "E020"),
        (typed(SettingType.ROWS, columns=(text("Site"),)), "E005"),
        (typed(SettingType.ROWS, columns=(text(), text())), "E004"),
    ],
)
def test_a_wrong_setting_is_named(setting: Setting, problem: str) -> None:
    assert ids(declared(setting)) == [f"providers.{problem}"]


def test_an_account_is_one_and_of_one_store() -> None:
    shared = Setting("account", SettingType.OAUTH, "Account", scope=Scope.BRAND)
    another = Setting("another", SettingType.OAUTH, "Another")
    assert ids(declared(shared, oauth=method)) == ["providers.E022"]
    assert ids(declared(another, shared, oauth=method)) == ["providers.E021", "providers.E022"]


def test_a_setting_declared_twice_is_named() -> None:
    assert ids(declared(text(), text())) == ["providers.E004"]


@pytest.mark.parametrize(
    ("other", "values", "wrong"),
    [
        (SELECT, ("a", "b"), False),
        (SELECT, ("c",), True),
        (SELECT, (), True),
        (SWITCH, (True,), False),
        (SWITCH, ("yes",), True),
        (text("kind"), ("anything",), False),
    ],
)
def test_a_condition_must_be_one_that_can_come_true(other: Setting, values: tuple[object, ...], wrong: bool) -> None:
    found = ids(declared(other, text(shown_if=ShownIf("kind", values))))
    assert found == (["providers.E013"] if wrong else [])


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (pull(name="missing"), "E009"),
        (pull(name="test_connection"), "E009"),
        (pull(name="data_sent"), "E009"),
        (pull(default_schedule=Schedule.DAILY), "E011"),
        (pull(writes_elsewhere=True), "E023"),
        (pull(schedules=(Schedule.HOURLY,), default_schedule=Schedule.DAILY), "E011"),
        (pull(parameters=(typed(SettingType.SECRET),)), "E012"),
        (pull(parameters=(typed(SettingType.CALLBACK_URL),)), "E012"),
        (pull(parameters=(typed(SettingType.SELECT),)), "E006"),
    ],
)
def test_a_wrong_action_is_named(action: Action, problem: str) -> None:
    assert ids(declared(actions=(action,), pull_orders=method)) == [f"providers.{problem}"]


def test_an_action_declared_twice_is_named() -> None:
    assert ids(declared(actions=(pull(), pull()), pull_orders=method)) == ["providers.E010"]


def test_a_provider_of_orders_needs_its_two_methods() -> None:
    assert ids(declared(order_events=("order.closed",))) == ["providers.E008"]
    assert ids(declared(order_events=("order.closed",), on_order=method)) == ["providers.E008"]
    assert ids(declared(order_events=("order.closed",), on_order=method, target_url=method)) == []


def test_what_is_missing_and_where_it_belongs_is_named() -> None:
    assert ids(declared(guide="", terms=None)) == ["providers.E001"]
    assert ids(declared(slug="other")) == ["providers.E002", "providers.E003"]


def test_an_action_is_a_method_that_takes_a_run() -> None:
    """The type is part of the contract; this keeps the example of the author's page true."""

    def pull_orders(self: Provider, run: Run) -> None: ...

    assert ids(declared(actions=(pull(),), pull_orders=pull_orders)) == []
