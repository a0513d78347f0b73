"""A store, whose orders are looked at however young they are."""

from datetime import timedelta

import pytest

from backoffice.tenancy.models import Store
from tests.factories.licensing import LicensedStoreFactory
from webhooks.erasure import asking


@pytest.fixture(autouse=True)
def _seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SETTLED_AFTER", -timedelta(milliseconds=2))


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made
