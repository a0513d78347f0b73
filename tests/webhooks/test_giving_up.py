from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry
from tests.factories.webhooks import EndpointFactory
from webhooks import giving_up
from webhooks.models import Endpoint, Lane

pytestmark = pytest.mark.django_db

DEAD = {
    "failing_since": timedelta(days=5, minutes=1),
    "consecutive_failures": 20,
    "window_started_at": timedelta(hours=1),
}


def _endpoint(**clock: Any) -> Endpoint:
    """An endpoint whose lane's clock stands so; time differences are ago."""
    endpoint = EndpointFactory.create()
    now = timezone.now()
    values = {name: now - value if isinstance(value, timedelta) else value for name, value in (DEAD | clock).items()}
    Lane.objects.filter(endpoint=endpoint).update(**values)
    return endpoint


def test_five_days_and_twenty_tries_disable_once() -> None:
    endpoint = _endpoint()

    assert giving_up.disable_dead() == 1
    assert giving_up.disable_dead() == 0

    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.state_reason) == ("disabled", "No try has succeeded for 5 days.")
    [row] = AuditEntry.objects.filter(action="endpoint.disabled")
    assert (row.actor, row.target_id) == (None, str(endpoint.pk))


@pytest.mark.parametrize(
    "clock",
    [
        {"failing_since": timedelta(days=4, hours=23)},
        {"failing_since": None},
        {"consecutive_failures": 19},
        {"window_started_at": timedelta(days=3)},
    ],
)
def test_less_does_not(clock: dict[str, Any]) -> None:
    endpoint = _endpoint(**clock)
    assert giving_up.disable_dead() == 0
    endpoint.refresh_from_db()
    assert endpoint.state == "enabled"


def test_one_that_is_paused_deleted_or_mended_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    paused, deleted, mended = _endpoint(), _endpoint(), _endpoint()
    Endpoint.objects.filter(pk=paused.pk).update(state="paused")
    Endpoint.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    found = giving_up._find(giving_up._DEAD)
    assert found == [mended.pk]
    Lane.objects.filter(endpoint=mended).update(failing_since=None, consecutive_failures=0)
    assert giving_up._disable(mended.pk) is False
    mended.refresh_from_db()
    assert mended.state == "enabled"
