"""Startup checks on each provider, so that a wrong declaration stops the process instead of a store owner."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from integrations.catalog import all_providers
from integrations.contract import Action, Provider, Scope, Setting, SettingType

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PLAIN_PARTS = frozenset(
    {SettingType.SECRET, SettingType.OAUTH, SettingType.CALLBACK_URL, SettingType.MAPPING, SettingType.ROWS}
)
_DECLARED = ("slug", "name", "tagline", "category", "description", "guide", "terms", "data_sent")


@register("providers")
def check_providers(**_: Any) -> list[CheckMessage]:
    return [problem for provider in all_providers().values() for problem in problems_of(provider)]


def problems_of(provider: Provider) -> Iterator[Error]:
    """What is wrong with a provider's declaration, each with what to write instead."""
    cls = type(provider)
    where = f"{cls.__module__}.{cls.__name__}"
    missing = [name for name in _DECLARED if not getattr(provider, name, None)]
    if missing:
        yield Error(f"{where} does not declare {', '.join(missing)}.", id="providers.E001")
        return
    if provider.slug != cls.__module__.rpartition(".")[2].replace("_", "-"):
        yield Error(f"{where} has the slug {provider.slug!r}; it must be its file's name.", id="providers.E002")
    if not (Path(settings.BASE_DIR) / "static" / "providers" / f"{provider.slug}.svg").is_file():
        yield Error(f"{where} has no logo. Add static/providers/{provider.slug}.svg.", id="providers.E003")
    yield from _setting_problems(provider, where, provider.settings)
    yield from _account_problems(provider, where)
    yield from _action_problems(provider, where)
    if provider.order_events and (cls.on_order is Provider.on_order or cls.target_url is Provider.target_url):
        yield Error(f"{where} takes orders and needs on_order and target_url.", id="providers.E008")


def _setting_problems(provider: Provider, where: str, declared: Sequence[Setting]) -> Iterator[Error]:
    """Of settings that stand together on one form: those of a provider, the parameters of an action, the columns of a table."""
    by_name = {setting.name: setting for setting in declared}
    if len(by_name) != len(declared):
        yield Error(f"{where} declares a setting twice.", id="providers.E004")
    for setting in declared:
        what = f"{where}: setting {setting.name!r}"
        if not _NAME.fullmatch(setting.name):
            yield Error(f"{what} is not a lower-case name.", id="providers.E005")
        if setting.secret and setting.default is not None:
            yield Error(f"{what} is a secret and has a default.", id="providers.E007")
        if setting.choices_from and not _own_method(provider, setting.choices_from):
            yield Error(
                f"{what} takes its choices from {setting.choices_from!r}, which is no method.", id="providers.E018"
            )
        yield from _choice_problems(setting, what)
        yield from _part_problems(provider, setting, what)
        yield from _condition_problems(setting, by_name, what)


def _choice_problems(setting: Setting, what: str) -> Iterator[Error]:
    if setting.type not in {SettingType.SELECT, SettingType.MULTISELECT}:
        return
    if not setting.options and not setting.choices_from:
        yield Error(f"{what} has no options.", id="providers.E006")
    default = setting.default
    chosen = default if isinstance(default, (list, tuple)) else () if default is None else (default,)
    if setting.options and not {option.value for option in setting.options}.issuperset(chosen):
        yield Error(f"{what} has a default that is none of its options.", id="providers.E019")


def _part_problems(provider: Provider, setting: Setting, what: str) -> Iterator[Error]:
    """Of the columns of a table of rows and the left-hand side of a mapping."""
    if setting.type is SettingType.ROWS and not setting.columns:
        yield Error(f"{what} is a table of rows without columns.", id="providers.E014")
    if setting.type is SettingType.MAPPING and not setting.keys:
        yield Error(f"{what} is a mapping without keys.", id="providers.E015")
    for column in setting.columns:
        if column.type in _PLAIN_PARTS:
            yield Error(f"{what}: column {column.name!r} cannot be of type {column.type}.", id="providers.E020")
    if setting.columns:
        yield from _setting_problems(provider, what, setting.columns)


def _condition_problems(setting: Setting, by_name: dict[str, Setting], what: str) -> Iterator[Error]:
    condition = setting.shown_if
    if condition is None:
        return
    other = by_name.get(condition.setting)
    if other is None or other is setting:
        yield Error(f"{what} is shown if {condition.setting!r}, which is no other setting.", id="providers.E013")
    elif not condition.values or not set(condition.values) <= (_possible(other) or set(condition.values)):
        yield Error(f"{what} is shown if {other.name!r} has a value that it never has.", id="providers.E013")


def _possible(setting: Setting) -> set[object]:
    """The values a setting can have, empty where there is no end of them."""
    if setting.type is SettingType.SWITCH:
        return {True, False}
    return {option.value for option in setting.options} if setting.type is SettingType.SELECT else set()


def _account_problems(provider: Provider, where: str) -> Iterator[Error]:
    """What the generated settings need from the provider."""
    cls = type(provider)
    types = {setting.type for setting in provider.settings}
    if SettingType.OAUTH in types and cls.oauth is Provider.oauth:
        yield Error(f"{where} connects an account and needs oauth.", id="providers.E016")
    if sum(setting.type is SettingType.OAUTH for setting in provider.settings) > 1:
        yield Error(f"{where} connects several accounts; one integration has one.", id="providers.E021")
    for setting in provider.settings:
        if setting.generated and setting.scope is Scope.BRAND:
            yield Error(f"{where}: {setting.name!r} is made for one store and cannot be shared.", id="providers.E022")
    if SettingType.CALLBACK_URL in types and cls.on_inbound is Provider.on_inbound:
        yield Error(f"{where} has a callback URL and needs on_inbound.", id="providers.E017")


def _action_problems(provider: Provider, where: str) -> Iterator[Error]:
    names = [action.name for action in provider.actions]
    if len(set(names)) != len(names):
        yield Error(f"{where} declares an action twice.", id="providers.E010")
    for action in provider.actions:
        if not _NAME.fullmatch(action.name) or not _own_method(provider, action.name):
            yield Error(f"{where}: action {action.name!r} names no method of its own.", id="providers.E009")
        if action.default_schedule is not None and action.default_schedule not in action.schedules:
            yield Error(
                f"{where}: action {action.name!r} has the default schedule {action.default_schedule}, which a store cannot choose.",
                id="providers.E011",
            )
        if action.writes_elsewhere and not action.confirm:
            yield Error(
                f"{where}: action {action.name!r} writes elsewhere and asks nothing first. Say in confirm what cannot be undone.",
                id="providers.E023",
            )
        yield from _parameter_problems(provider, action, where)


def _parameter_problems(provider: Provider, action: Action, where: str) -> Iterator[Error]:
    """Parameters are kept with the run in the clear and typed by a person."""
    for parameter in action.parameters:
        if parameter.secret or parameter.generated:
            yield Error(
                f"{where}: parameter {parameter.name!r} of {action.name!r} is secret or generated; make it a setting.",
                id="providers.E012",
            )
    yield from _setting_problems(provider, f"{where}: action {action.name!r}", action.parameters)


def _own_method(provider: Provider, name: str) -> bool:
    """Whether the provider itself defines the method: those of the contract have a meaning of their own."""
    return callable(getattr(provider, name, None)) and not hasattr(Provider, name)
