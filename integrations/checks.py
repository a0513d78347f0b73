"""Startup checks on each provider, so that a wrong declaration stops the process instead of a store owner."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from integrations.catalog import all_providers
from integrations.contract import Provider, SettingType

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
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
    names = [setting.name for setting in provider.settings]
    if len(set(names)) != len(names):
        yield Error(f"{where} declares a setting twice.", id="providers.E004")
    for setting in provider.settings:
        if not _NAME.fullmatch(setting.name):
            yield Error(f"{where}: setting {setting.name!r} is not a lower-case name.", id="providers.E005")
        if setting.type in {SettingType.SELECT, SettingType.MULTISELECT} and not setting.options:
            yield Error(f"{where}: setting {setting.name!r} has no options.", id="providers.E006")
        if setting.secret and setting.default is not None:
            yield Error(f"{where}: secret {setting.name!r} has a default.", id="providers.E007")
    if provider.order_events and (cls.on_order is Provider.on_order or cls.target_url is Provider.target_url):
        yield Error(f"{where} takes orders and needs on_order and target_url.", id="providers.E008")
