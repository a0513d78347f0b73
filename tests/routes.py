"""Every address of the product, read from the URL resolver, so that a new one cannot be forgotten by the tests that walk them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from backoffice.tenancy.access import Access

#: Addresses that declare no permission, by the start of their name or path, each with the reason.
EXCEPTIONS = {
    "web:": "page plumbing without tenant data: theme, brand stylesheet, health",
    "admin/": "support staff; Django's own permissions",
    "admin:": "support staff; Django's own permissions",
    "account_": "sign-in itself, by allauth",
    "tenancy:mail_stop": "stops mails from a link in one of them: guarded by the signature in the link, without cookies",
    "integrations:inbound": "webhooks of providers' services: guarded by the service's own signature, without cookies",
    "integrations:oauth_callback": "where services send people back to: guarded by the state of their own session, used once",
    "api/v1/": "the developer API: keys and scopes, tested in tests/webhooks/api",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name with namespace, its path with placeholders, their names, and what its view declares."""

    name: str
    path: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def access(self) -> Access | None:
        return getattr(self.view, "access", None)

    @property
    def excused(self) -> bool:
        return any(self.name.startswith(start) or self.path.startswith(start) for start in EXCEPTIONS)


def every_route() -> list[Route]:
    return sorted(_walk(get_resolver().url_patterns, "", ""), key=lambda route: (route.name, route.path))


def tenant_routes() -> list[Route]:
    return [route for route in every_route() if route.access and route.access.scope in {"organization", "store"}]


def _walk(patterns: list[URLPattern | URLResolver], path: str, namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner)
        else:
            parameters = tuple(name for name in pattern.pattern.converters)
            before = tuple(part.split(":")[-1].rstrip(">") for part in path.split("/") if part.startswith("<"))
            yield Route(f"{namespace}{pattern.name}", here, (*before, *parameters), pattern.callback)
