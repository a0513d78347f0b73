"""What a page shows of a stored secret."""

from backoffice.security.redaction import HINT_LENGTH, SHORTEST_HINTED


def hint(value: str) -> str:
    """The last four characters, by which a person tells secrets apart; nothing of a short one."""
    return value[-HINT_LENGTH:] if len(value) >= SHORTEST_HINTED else ""
