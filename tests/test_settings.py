"""Production refuses to start with an unsafe or missing value, and says which."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.security import development

ROOT = Path(__file__).parent.parent
PRODUCTION = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://backoffice.example.com",
    "SECRET_KEY": "a-long-and-varied-production-key-for-tests-0123456789-ABCDEFG",
    "ENCRYPTION_KEYS": "k1:" + base64.b64encode(b"k" * 32).decode(),
    "API_KEY_HASH_KEY": "h" * 48,
    "DATABASE_URL": "postgres://web:secret@db.example.com/backoffice",
    "REDIS_URL": "redis://redis.example.com:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
}


def start(*command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own with production's environment and these changes."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"} | PRODUCTION
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return subprocess.run(
        [sys.executable, *(command or ("-c", "import backoffice.settings"))],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_complete_environment_starts() -> None:
    result = start()
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"ENVIRONMENT"}))
def test_a_missing_value_is_named(name: str) -> None:
    result = start(**{name: None})
    assert result.returncode != 0
    assert f"{name} is not set" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", development.SECRET_KEY),
        ("ENCRYPTION_KEYS", development.ENCRYPTION_KEYS),
        ("API_KEY_HASH_KEY", development.API_KEY_HASH_KEY),
        ("SECRET_KEY", "short"),
        ("DEBUG", "true"),
        ("PUBLIC_URL", "http://backoffice.example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("OUTBOUND_OPEN_NETWORKS", "10.0.0.0/8"),
        ("OUTBOUND_ADDRESSES", "203.0.113.7,hooks.example.com"),
        ("OUTBOUND_ADDRESSES", "203.0.113.7/24"),
        ("ENVIRONMENT", "staging"),
    ],
)
def test_an_unsafe_value_is_named(name: str, value: str) -> None:
    result = start(**{name: value})
    assert result.returncode != 0
    assert "ImproperlyConfigured" in result.stderr
    assert name in result.stderr.splitlines()[-1]


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("y" * 64)
    result = start(
        "-c",
        "import backoffice.settings as s; print(s.SECRET_KEY)",
        SECRET_KEY=None,
        SECRET_KEY_FILE=str(tmp_path / "secret"),
    )
    assert result.stdout.strip() == "y" * 64


def test_djangos_own_deployment_checks_find_nothing() -> None:
    result = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr


def test_the_readme_names_every_setting_and_no_other() -> None:
    code = (ROOT / "backoffice" / "settings.py").read_text()
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    read = set(re.findall(r'\b(?:env(?:\.\w+)?|required)\(\s*"([A-Z_]+)"', code))
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == read
