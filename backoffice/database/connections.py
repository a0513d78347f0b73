"""How every process connects to PostgreSQL."""

from typing import Any

#: What libpq is told for each connection. A host that is gone is noticed after half a minute and not after two hours, so
#: that whoever waits for its answer tries again elsewhere.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
#: Prepared statements and functions run all the time, with arrays of any length, over many partitions: left to itself, PostgreSQL
#: finds a plan for the values of the moment cheaper, and plans the engine's statements anew at every run, which takes
#: several times what running them does.
_SETTINGS = {"plan_cache_mode": "force_generic_plan"}


def options(given: dict[str, Any], *, role: str = "") -> dict[str, Any]:
    """Options of a connection: what the address itself says counts more than ours; `role` is what it acts as from the start.

    The server obeys the last of several settings of a name. A pooler in front must pass `options` on.
    """
    settings = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    told = (settings, str(given.get("options", "")), f"-c role={role}" if role else "")
    return {**_PATIENCE, **given, "options": " ".join(filter(None, told))}
