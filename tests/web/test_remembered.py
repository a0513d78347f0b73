"""Asked once in a while, and never with an answer that was an error."""

import pytest

from backoffice.web.remembered import Remembered


def test_an_answer_is_used_again_until_its_time_is_over() -> None:
    answers = iter(range(10))
    lasting = Remembered(lambda: next(answers), seconds=60)
    assert [lasting(), lasting()] == [0, 0]
    lasting.forget()
    assert lasting() == 1
    fleeting = Remembered(lambda: next(answers), seconds=0)
    assert [fleeting(), fleeting()] == [2, 3]


def test_an_error_is_not_remembered() -> None:
    answers = iter([0, 1])
    remembered = Remembered(lambda: 1 // next(answers), seconds=60)
    with pytest.raises(ZeroDivisionError):
        remembered()
    assert remembered() == 1
