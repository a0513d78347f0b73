"""Secrets covered in words that came from elsewhere: services like to quote what they were sent."""

from collections.abc import Iterable
from itertools import takewhile

from backoffice.security.redaction import MASK, SCHEME, quoted_forms
from integrations.contract import Provider, SettingType, Text, Values

#: So many of its first letters tell a secret that was cut off from a word.
BEGINNING = 8


class Cover:
    """Hides these secrets, in each form that an address, a page or JSON may write them in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = quoted_forms(secrets)

    def __call__(self, text: Text) -> str:
        covered = str(text)
        for form in self._forms:
            covered = covered.replace(form, MASK)
        for start in {form[:BEGINNING] for form in self._forms if len(form) >= BEGINNING}:
            covered = self._without_beginnings(covered, start)
        return SCHEME.sub(rf"\1 {MASK}", covered)

    def _without_beginnings(self, text: str, start: str) -> str:
        """Without what is left of secrets that were cut off: their first letters, as far as they go."""
        at = 0
        while (at := text.find(start, at)) >= 0:
            length = max(_common(text[at:], form) for form in self._forms)
            text = text[:at] + MASK + text[at + length :]
            at += len(MASK)
        return text


def cover_of(provider: Provider, values: Values, others: Iterable[str] = ()) -> Cover:
    """Of the secrets that the provider declares, its connected account, and the values of these other names."""
    declared = (setting.name for setting in provider.settings if setting.secret or setting.type is SettingType.OAUTH)
    return Cover(str(values[name]) for name in {*declared, *others} if values.get(name))


def _common(text: str, form: str) -> int:
    """With how many letters both begin."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(text, form, strict=False)))
