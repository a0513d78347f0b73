"""One name is the address of everything: route, view, template and test lie where the name says."""

from pathlib import Path

import pytest

from tests.routes import Route, every_route

ROOT = Path(__file__).parents[2]
APPS = {
    "tenancy": "backoffice.tenancy",
    "licensing": "licensing",
    "integrations": "integrations",
    "webhooks": "webhooks",
}

PAGES = [
    route
    for route in every_route()
    if route.access and "GET" in route.access.methods and route.name.partition(":")[0] in APPS
]


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_page_lies_where_its_name_says(route: Route) -> None:
    app, _, name = route.name.partition(":")
    assert route.view.__name__ == name
    assert route.view.__module__.startswith(f"{APPS[app]}.views.")


@pytest.mark.parametrize("app", sorted({route.name.partition(":")[0] for route in PAGES}))
def test_every_page_template_has_its_route(app: str) -> None:
    names = {route.name.partition(":")[2] for route in every_route() if route.name.startswith(f"{app}:")}
    templates = {path.stem for path in (ROOT / "templates" / app).glob("*.html") if not path.stem.startswith("_")}
    assert templates <= names, f"templates/{app} holds pages without a route: {sorted(templates - names)}"


@pytest.mark.parametrize("view_module", sorted({route.view.__module__ for route in PAGES}))
def test_every_view_module_has_its_tests(view_module: str) -> None:
    parts = view_module.removeprefix("backoffice.").split(".")
    expected = ROOT / "tests" / Path(*parts[:-1]) / f"test_{parts[-1]}.py"
    assert expected.is_file(), f"{view_module} has no {expected.relative_to(ROOT)}"
