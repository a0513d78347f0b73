"""The note of a key's use: at most one write a minute, and no call is left uncounted."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations import api_key_use
from integrations.api_key_use import CallCounter, calls_of
from integrations.models import ApiKey, ApiKeyDay
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.tenancy import StoreFactory

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(db: None) -> Store:
    made: Store = StoreFactory.create(timezone="America/New_York")
    return made


@pytest.fixture
def counter() -> CallCounter:
    return CallCounter()


def counted(key: ApiKey) -> dict[date, int]:
    return dict(ApiKeyDay.objects.filter(api_key=key).values_list("day", "calls"))


def test_use_is_marked_at_most_once_a_minute(store: Store, django_assert_num_queries: object) -> None:
    key = ApiKeyFactory.create(store=store)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = timezone.now()
        api_key_use.mark_used(key, "203.0.113.1")
        api_key_use.mark_used(key, "203.0.113.2")  # another process still holds the key as it was before
        key = ApiKey.objects.select_related("store").get(pk=key.pk)
        assert (key.last_used_at, key.last_used_address) == (first, "203.0.113.1")
        clock.shift(59)
        with django_assert_num_queries(0):  # type: ignore[operator]
            api_key_use.mark_used(key, "203.0.113.3")
        clock.shift(2)
        api_key_use.mark_used(key, "")
    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_address) == (first + timedelta(seconds=61), None)


def test_calls_of_a_minute_are_written_together(store: Store, counter: CallCounter) -> None:
    key = ApiKeyFactory.create(store=store)
    with time_machine.travel(NOON, tick=False) as clock:
        for _call in range(5):
            counter.note(ApiKey.objects.select_related("store").get(pk=key.pk), "")
        assert counted(key) == {date(2026, 3, 5): 1}
        clock.shift(61)
        counter.note(ApiKey.objects.select_related("store").get(pk=key.pk), "")
    assert counted(key) == {date(2026, 3, 5): 6}


def test_what_waits_is_written_when_nothing_else_comes(store: Store, counter: CallCounter) -> None:
    key, other = ApiKeyFactory.create(store=store), ApiKeyFactory.create(store=store)
    with time_machine.travel(NOON, tick=False):
        for _call in range(3):
            for each in ApiKey.objects.select_related("store").order_by("pk"):
                counter.note(each, "")
        counter.write_rest()
        counter.write_rest()
    assert counted(key) == counted(other) == {date(2026, 3, 5): 3}


def test_nothing_counted_is_lost_while_the_database_is_away(
    store: Store, counter: CallCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ApiKeyFactory.create(store=store)

    def away(*_arguments: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch, time_machine.travel(NOON, tick=False):
        patch.setattr(api_key_use, "run", away)
        with pytest.raises(DatabaseError):
            counter.note(key, "")
        counter.write_rest()
    with time_machine.travel(NOON, tick=False):
        counter.write_rest()
    assert counted(key) == {date(2026, 3, 5): 1}


def test_a_day_is_the_stores_own(store: Store, counter: CallCounter) -> None:
    """Two in the morning in London is still yesterday in New York; of an organization's key, days are those of UTC."""
    key, shared = ApiKeyFactory.create(store=store), OrganizationKeyFactory.create(organization=store.organization)
    with time_machine.travel(datetime(2026, 3, 6, 2, 0, tzinfo=UTC), tick=False):
        counter.note(key, "")
        counter.note(shared, "")
        assert calls_of([key])[key.pk].days[-1] == (date(2026, 3, 5), 1)
        assert calls_of([shared])[shared.pk].days[-1] == (date(2026, 3, 6), 1)


def test_days_without_calls_are_shown_too(store: Store, django_assert_num_queries: object) -> None:
    key, quiet = ApiKeyFactory.create(store=store), ApiKeyFactory.create(store=store)
    ApiKeyDay.objects.create(api_key=key, day=date(2026, 3, 3), calls=7)
    ApiKeyDay.objects.create(api_key=key, day=date(2026, 1, 1), calls=99)
    with time_machine.travel(NOON, tick=False), django_assert_num_queries(1):  # type: ignore[operator]
        found = calls_of([key, quiet], days=4)
    assert found[key.pk].values == [0, 7, 0, 0]
    assert (found[key.pk].total, found[key.pk].busiest) == (7, 7)
    assert found[quiet.pk].values == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "anything", True),
        (["203.0.113.7"], "203.0.113.7", True),
        (["203.0.113.7/24"], "203.0.113.200", True),
        (["203.0.113.0/24", "2001:db8::/32"], "2001:db8::5", True),
        (["203.0.113.0/24"], "2001:db8::5", False),
        (["203.0.113.0/24"], "", False),
        (["::ffff:203.0.113.7"], "203.0.113.7", True),
        (["::ffff:203.0.113.7"], "203.0.113.8", False),
        (["::ffff:203.0.113.7"], "2001:db8::5", False),
        (["::ffff:203.0.113.0/120"], "203.0.113.200", True),
        (["::ffff:203.0.113.0/120"], "203.0.114.1", False),
        (["::ffff:203.0.113.0/120"], "::ffff:203.0.113.200", True),
        (["::/64"], "203.0.113.7", False),
    ],
)
def test_allowed_from(networks: list[str], address: str, allowed: bool) -> None:
    assert api_key_use.allowed_from(ApiKey(addresses=networks), address) is allowed
