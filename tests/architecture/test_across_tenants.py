"""Who asks across tenants: known by name, each with a reason, and asked of no other module."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("backoffice", "licensing", "integrations", "webhooks")

#: Modules that call `across_tenants`, how often, and why they cannot name a tenant.
CALLERS = {
    "backoffice/tenancy/admin_site.py": (1, "support staff act for every customer, audited"),
    "backoffice/tenancy/impersonation.py": (
        1,
        "support signs in as a person, who may be a member of several organizations",
    ),
    "backoffice/tenancy/management/commands/rotate_secrets.py": (1, "an encryption key is every customer's"),
    "integrations/oauth/pending.py": (1, "people come back from a service with a state, which tells whose it is"),
    "integrations/views/inbound.py": (1, "a service calls with a token, which tells whose it is"),
    "webhooks/backlog.py": (2, "readiness and metrics are told to whoever runs the product"),
    "webhooks/lanes.py": (1, "endpoints' lanes are opened after the commit, when no tenant is told"),
    "webhooks/metrics.py": (1, "metrics are told to whoever runs the product"),
}
#: Modules that may set what row-level security reads.
SETTERS = {
    "backoffice/database/row_security.py": "the policies read it",
    "backoffice/tenancy/membership_functions.py": "entering an organization tells the tenant in the statement that finds the membership",
    "backoffice/tenancy/transactions.py": "the one place where Python tells it",
    "webhooks/ingest_functions.py": "taking in an order tells it in the statement that stores the order",
}


def _modules() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text()


def _calls(source: str) -> int:
    return sum(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "across_tenants"
        for node in ast.walk(ast.parse(source))
    )


def test_who_asks_across_tenants_is_known() -> None:
    found = {name: count for name, source in _modules() if (count := _calls(source))}
    assert found == {name: count for name, (count, _reason) in CALLERS.items()}


def test_no_other_module_hands_it_on() -> None:
    naming = {
        name
        for name, source in _modules()
        if "across_tenants" in source and not name.startswith("backoffice/database/")
    }
    assert naming == {*CALLERS, "backoffice/tenancy/transactions.py"}


def test_who_tells_the_tenant_or_takes_a_role_is_known() -> None:
    telling = {
        name
        for name, source in _modules()
        if "backoffice.organization'" in source or "`backoffice.organization`" in source
    }
    assert telling == set(SETTERS)
    assert {name for name, source in _modules() if "set_config('role'" in source} == {
        "backoffice/tenancy/transactions.py"
    }
