"""Keys sort by time and public ids survive the round trip."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.database.identifiers import parse_public_id, public_id, uuid7, uuid7_floor, uuid7_time

MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


def test_a_new_key_is_a_version_7_uuid_of_now() -> None:
    key = uuid7()
    assert key.version == 7
    assert type(key) is uuid.UUID
    assert abs(uuid7_time(key) - datetime.now(UTC)) < timedelta(seconds=5)


@given(MOMENTS)
def test_the_floor_is_the_smallest_key_of_its_millisecond(moment: datetime) -> None:
    floor = uuid7_floor(moment)
    assert floor.version == 7
    assert floor.variant == uuid.RFC_4122
    assert timedelta(0) <= moment - uuid7_time(floor) < timedelta(milliseconds=2)
    assert uuid.UUID(int=floor.int - 1) < floor <= uuid.UUID(int=floor.int | 1)


@given(MOMENTS, MOMENTS)
def test_later_keys_sort_later(one: datetime, other: datetime) -> None:
    if one + timedelta(milliseconds=2) < other:
        assert uuid7_floor(one) < uuid7_floor(other)


@given(st.uuids())
def test_a_public_id_leads_back_to_its_key(key: uuid.UUID) -> None:
    text = public_id("evt", key)
    assert len(text) == 30
    assert parse_public_id("evt", text) == key


@given(st.uuids(), st.uuids())
def test_public_ids_sort_as_their_keys(one: uuid.UUID, other: uuid.UUID) -> None:
    assert (one < other) == (public_id("evt", one) < public_id("evt", other))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "evt",
        "evt_",
        "dlv_" + "0" * 26,
        "evt_" + "0" * 25,
        "evt_" + "0" * 27,
        "evt_" + "8" + "0" * 25,
        "evt_" + "u" * 26,
        "evt_" + "É" * 26,
    ],
)
def test_what_is_no_public_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not an id of the form evt_"):
        parse_public_id("evt", text)
