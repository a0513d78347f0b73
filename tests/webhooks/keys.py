"""What a client sends for a key that a factory made."""

from integrations.models import ApiKey


def text_of(key: ApiKey) -> str:
    return str(key.text)  # type: ignore[attr-defined]  # put there by ApiKeyFactory
