"""The catalog: every provider found in `integrations.providers`, by slug."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from integrations import providers
from integrations.contract import Provider


@cache
def all_providers() -> dict[str, Provider]:
    """Each provider, once, in order of name: a module of `integrations.providers` defines exactly one."""
    found: list[Provider] = []
    for module in iter_modules(providers.__path__):
        loaded = import_module(f"{providers.__name__}.{module.name}")
        found += [
            value()
            for value in vars(loaded).values()
            if isinstance(value, type) and issubclass(value, Provider) and value.__module__ == loaded.__name__
        ]
    return {provider.slug: provider for provider in sorted(found, key=lambda provider: str(provider.name).lower())}


def slugs_matching(words: str) -> list[str]:
    """The slugs of the providers whose name or category has all the words."""
    wanted = words.casefold().split()
    named = {slug: f"{each.name} {each.category.label} {slug}".casefold() for slug, each in all_providers().items()}
    return [slug for slug, text in named.items() if all(word in text for word in wanted)]


def provider(slug: str) -> Provider:
    """The provider with this slug. Raises KeyError where there is none."""
    return all_providers()[slug]
