"""Every address says who may use it."""

import json
from pathlib import Path

import pytest

from backoffice.tenancy.permissions import ROLES
from tests.routes import EXCEPTIONS, Route, every_route, tenant_routes

MATRIX = Path(__file__).parent / "access_matrix.json"


@pytest.mark.parametrize("route", every_route(), ids=lambda route: f"{route.name} {route.path}")
def test_every_address_declares_its_access(route: Route) -> None:
    if route.excused:
        return
    assert route.access is not None, (
        f"{route.name}: decorate {route.view.__module__}.{route.view.__name__} with organization_view, store_view or "
        f"user_view, or add the address to EXCEPTIONS in tests/routes.py with the reason."
    )


def test_each_exception_still_excuses_something() -> None:
    for start in EXCEPTIONS:
        assert any(route.name.startswith(start) or route.path.startswith(start) for route in every_route()), start


def current_matrix() -> dict[str, dict[str, object]]:
    """Which role may use which address, from the declarations."""
    return {
        route.name: {
            "methods": list(route.access.methods),
            "permission": str(route.access.permission),
            "roles": [code for code, role in ROLES.items() if route.access.permission in role.permissions],
        }
        for route in tenant_routes()
        if route.access
    }


def test_who_may_use_what_is_as_checked_in() -> None:
    """A change of access shows in the diff of access_matrix.json: `python -m tests.architecture.write_access_matrix`."""
    assert current_matrix() == json.loads(MATRIX.read_text())
