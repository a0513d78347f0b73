"""Every module of an app stands in its import contract, so that none can appear outside of the order."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ["webhooks", "integrations", "licensing", "backoffice.tenancy"]


def _contract(app: str) -> set[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (found,) = [contract for contract in contracts if contract["name"] == f"Inside {app.rpartition('.')[2]}"]
    return {name.strip() for layer in found["layers"] for name in layer.replace("|", ":").split(":")}


def _modules(package: str) -> set[str]:
    folder = ROOT / package.replace(".", "/")
    return {
        f"{package}.{path.stem}"
        for path in folder.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.stem not in {"__init__", "migrations"}
    }


@pytest.mark.parametrize("app", APPS)
def test_the_contract_names_every_module_and_no_other(app: str) -> None:
    named, present = _contract(app), _modules(app)
    for package in [module for module in present if any(name.startswith(f"{module}.") for name in named)]:
        present = (present - {package}) | _modules(package)
    assert named == present
