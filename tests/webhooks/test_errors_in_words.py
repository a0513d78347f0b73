"""Every way an attempt can fail has words for it, a likely cause and something to do."""

import pytest

from backoffice.outbound.request import ErrorCode
from webhooks.errors_in_words import explanation, status_in_words


@pytest.mark.parametrize("code", list(ErrorCode))
def test_each_error_of_a_call_is_explained(code: ErrorCode) -> None:
    found = explanation(status=None, error=code, detail="What happened.")
    assert found
    assert found.what == "What happened."
    assert found.cause
    assert found.advice


@pytest.mark.parametrize("status", [300, 301, 308, *range(400, 432), 451, 500, 502, 503, 504, 520, 599])
def test_each_status_that_is_a_failure_is_explained(status: int) -> None:
    found = explanation(status=status, error="")
    assert found
    assert found.what.startswith(f"The receiver answered {status}")
    assert found.cause
    assert found.advice


@pytest.mark.parametrize("status", [None, 200, 201, 202, 204, 299])
def test_success_and_what_was_not_tried_need_no_words(status: int | None) -> None:
    assert explanation(status=status, error="") is None


def test_the_stored_sentence_is_kept_for_codes_of_the_engine() -> None:
    found = explanation(status=None, error="invalid_header", detail="The header X-A is set by us.")
    assert found
    assert (found.what, found.cause) == ("The header X-A is set by us.", "")
    assert "Correct the custom header" in found.advice
    unknown = explanation(status=None, error="new_code", detail="A sentence.")
    assert unknown
    assert (unknown.what, unknown.cause, unknown.advice) == ("A sentence.", "", "")


def test_an_error_after_an_answer_is_told_before_the_status() -> None:
    found = explanation(status=500, error=ErrorCode.timeout, detail="No complete answer came.")
    assert found
    assert found.what == "No complete answer came."


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (520, "520")])
def test_status_in_words(status: int, words: str) -> None:
    assert status_in_words(status) == words
