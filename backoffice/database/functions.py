"""Functions that run as the owner for the web and worker roles: SQL for migrations."""

from collections.abc import Iterable, Mapping

from backoffice.database.roles import EVERY_TENANT, WEB, WORKER


def as_owner(definitions: Iterable[str], signatures: Mapping[str, str]) -> str:
    """Make the functions, each `SECURITY DEFINER` with a search path of its own, and let nobody but our roles call them.

    `signatures` are their arguments' types by name.
    """
    made = [f"{definition.rstrip().rstrip(';')};" for definition in definitions]
    grants = [
        f"REVOKE ALL ON FUNCTION {name}({types}) FROM PUBLIC; "
        f"GRANT EXECUTE ON FUNCTION {name}({types}) TO {WEB}, {WORKER}, {EVERY_TENANT};"
        for name, types in signatures.items()
    ]
    return "\n".join(made + grants)


def without(signatures: Mapping[str, str]) -> str:
    """The reverse of `as_owner`."""
    return "\n".join(f"DROP FUNCTION {name}({types});" for name, types in signatures.items())
