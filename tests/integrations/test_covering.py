"""Secrets in words that services wrote: covered in every form, whole or cut off, and the words around them left alone."""

import pytest

from backoffice.security.redaction import MASK as HIDDEN
from integrations.covering import Cover

SECRET = 'k3y/with&"quotes"+and-more'


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        "k3y%2Fwith%26%22quotes%22%2Band-more",
        r"k3y/with&\"quotes\"+and-more",
        "k3y/with&amp;&quot;quotes&quot;+and-more",
        SECRET[:11],
        SECRET[:8],
    ],
)
def test_each_form_is_covered(written: str) -> None:
    assert Cover([SECRET])(f"No such key: {written}, sorry.") == f"No such key: {HIDDEN}, sorry."


def test_what_authentication_was_sent_is_covered_without_being_known() -> None:
    assert (
        Cover([])("You sent Authorization: Basic Y2s6Y3NfY2FuYXJ5 to us")
        == f"You sent Authorization: Basic {HIDDEN} to us"
    )


def test_other_words_stay() -> None:
    words = "The k3y was refused; a basic plan has none."
    assert Cover([SECRET, "", "abc"])(words) == words


def test_it_is_covered_wherever_it_stands() -> None:
    assert Cover(["secret-one", "secret-one-two"])("secret-one-two secret-one") == f"{HIDDEN} {HIDDEN}"
