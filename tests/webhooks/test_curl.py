"""An attempt as a curl command: what a shell makes of it is what was sent."""

import shlex
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.curl import REPLACE, curl, sent_body

URL = "https://hooks.example.com/orders?a=1&b='2'"


def test_a_shell_reads_the_very_url_headers_and_body() -> None:
    body = b"""{"note": "no 'onions', $HOME `id` \\"quoted\\" \xc3\xa9"}"""
    made = curl(URL, [("webhook-id", "evt_1"), ("x-shop", "O'Neill")], body)
    assert shlex.split(made.command.replace("\\\n", "")) == [
        "curl",
        "--request",
        "POST",
        URL,
        "--header",
        "webhook-id: evt_1",
        "--header",
        "x-shop: O'Neill",
        "--data-binary",
        body.decode(),
    ]
    assert (made.masked, made.by_file) == (False, False)


@given(st.text(), st.text(alphabet=st.characters(blacklist_characters="•")))
def test_no_text_leaves_its_quotes(body: str, value: str) -> None:
    made = curl(URL, [("x", value)], body.encode("utf-8", "replace"))
    words = shlex.split(made.command.replace(" \\\n ", " "))
    assert words[:4] == ["curl", "--request", "POST", URL]
    assert len(words) == 8


def test_a_masked_value_is_a_place_to_fill_in() -> None:
    made = curl(URL, [("x-api-key", "•••• 4f2a")], b"{}")
    assert f"x-api-key: {REPLACE}" in made.command
    assert made.masked
    assert "•" not in made.command


@pytest.mark.parametrize(("size", "by_file"), [(8_000, False), (8_001, True)])
def test_a_long_body_comes_from_a_file(size: int, by_file: bool) -> None:
    made = curl(URL, [], b"x" * size)
    assert made.by_file is by_file
    assert ("@webhook.json" in made.command) is by_file


def test_it_is_told_whether_an_attempt_carried_the_body() -> None:
    assert sent_body(b"{}", sha256(b"{}").digest())
    assert not sent_body(b"{} ", sha256(b"{}").digest())
