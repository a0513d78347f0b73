"""How a receiver checks a signature, as a few lines in each of the languages receivers are written in."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

_FOLDER = Path(settings.BASE_DIR) / "templates" / "webhooks" / "verify"
_LANGUAGES = {"python": "Python", "node": "Node.js", "php": "PHP", "java": "Java", "go": "Go", "csharp": "C#"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code that needs nothing but its language; the tests run it against signed calls where the language is at hand."""

    slug: str
    language: str
    code: str


@cache
def snippets() -> tuple[Snippet, ...]:
    """One for each language, always in the same order."""
    return tuple(
        Snippet(slug, language, (_FOLDER / f"{slug}.txt").read_text()) for slug, language in _LANGUAGES.items()
    )
