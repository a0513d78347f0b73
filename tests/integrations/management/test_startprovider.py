"""A newcomer adds a provider by one file and one drawing, and touches nothing else; what is left to fill in is named."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from integrations import catalog, providers
from integrations.checks import problems_of

ROOT = Path(__file__).parents[3]
PROVIDER = Path("integrations/providers/acme_orders.py")
TEST = Path("tests/integrations/providers/acme_orders/test_provider.py")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Path]:
    """A folder whose providers the catalog finds beside ours."""
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path / "integrations" / "providers")])
    catalog.all_providers.cache_clear()
    yield tmp_path
    sys.modules.pop("integrations.providers.acme_orders", None)
    vars(providers).pop("acme_orders", None)
    catalog.all_providers.cache_clear()


def start(root: Path, name: str = "Acme Orders", **options: str) -> None:
    call_command("startprovider", name, root=str(root), **options)


def own_test(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("acme_orders_test", root / TEST)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_written_is_in_the_catalog_at_once_and_passes_the_startup_checks(checkout: Path) -> None:
    start(checkout)
    provider = catalog.provider("acme-orders")
    assert str(provider.name) == "Acme Orders"
    assert list(problems_of(provider)) == []


def test_only_its_own_files_are_written(checkout: Path) -> None:
    start(checkout)
    written = {str(path.relative_to(checkout)) for path in checkout.rglob("*") if path.is_file()}
    assert written == {
        str(PROVIDER),
        "static/providers/acme-orders.svg",
        "tests/integrations/providers/acme_orders/__init__.py",
        "tests/integrations/providers/acme_orders/fixtures/README.md",
        str(TEST),
    }


def test_its_own_test_names_what_to_fill_in_and_passes_once_that_is_done(checkout: Path) -> None:
    start(checkout)
    with pytest.raises(AssertionError, match=r"acme_orders.py:1: .*FILL IN") as caught:
        own_test(checkout).test_everything_is_filled_in()
    for file in ("acme-orders.svg", "README.md"):
        assert file in str(caught.value)
    for path in checkout.rglob("*.*"):
        if path.suffix in {".py", ".svg", ".md"} and path != checkout / TEST:
            path.write_text(path.read_text().replace("FILL IN", "Filled in:"))
    own_test(checkout).test_everything_is_filled_in()


def test_it_says_how_to_run_its_own_test_and_the_one_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests of one kind are named by the file, those of the other by the slug."""
    start(tmp_path)
    assert '-k "acme_orders or acme-orders"' in capsys.readouterr().out


def test_its_other_tests_pass_as_they_are(checkout: Path) -> None:
    start(checkout)
    tests = own_test(checkout)
    tests.test_the_key_is_sent_where_the_service_expects_it()
    tests.test_a_refused_key_is_said_in_words()


def test_what_is_written_keeps_the_house_style(checkout: Path) -> None:
    start(checkout)
    # Which imports are ours, ruff tells from the files there are, and these are elsewhere.
    for file in (PROVIDER, TEST):
        for command in (["check", "--ignore=I001"], ["format", "--check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--no-cache", "--stdin-filename", str(ROOT / file), "-"],
                input=(checkout / file).read_text(),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_a_page_shows_the_new_provider_without_a_change_elsewhere(
    checkout: Path, owner: Client, address: Callable[..., str]
) -> None:
    start(checkout)
    page = owner.get(address("catalog")).text
    assert "Acme Orders" in page
    assert "/static/providers/acme-orders.svg" in page


@pytest.mark.parametrize(("name", "slug"), [("7shifts", ""), ("class", ""), ("!!!", ""), ("Acme", "import")])
def test_a_name_that_cannot_be_a_file_is_refused(tmp_path: Path, name: str, slug: str) -> None:
    with pytest.raises(CommandError, match="--slug"):
        start(tmp_path, name, slug=slug)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ab", "x" * 41, 'Acme "Orders"', "Acme $$module"])
def test_a_name_that_pages_cannot_show_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="3 to 40"):
        start(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_slug_may_be_chosen(tmp_path: Path) -> None:
    start(tmp_path, "7shifts", slug="seven-shifts")
    text = (tmp_path / "integrations/providers/seven_shifts.py").read_text()
    assert 'slug = "seven-shifts"' in text
    assert '_("7shifts")' in text


def test_nothing_is_replaced(checkout: Path) -> None:
    start(checkout)
    (checkout / PROVIDER).write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        start(checkout)
    assert (checkout / PROVIDER).read_text() == "mine"
