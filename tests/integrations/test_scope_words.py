"""The words for scopes, which the pages show."""

from integrations.models import Scope
from integrations.scope_words import SCOPES, matrix


def test_every_scope_has_words_and_calls() -> None:
    assert [words.scope for words in SCOPES] == list(Scope)
    assert all(words.calls and str(words.meaning) for words in SCOPES)


def test_the_matrix_says_which_are_given() -> None:
    given = [row.words.scope for row in matrix(["orders:read", "no longer known"]) if row.given]
    assert given == [Scope.ORDERS_READ]
