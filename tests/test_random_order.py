"""Rows without an order are shuffled in tests, rows with one are not."""

import pytest

from backoffice.tenancy.models import Store
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


def test_rows_without_an_order_come_in_any() -> None:
    made = [StoreFactory.create().pk for _ in range(12)]
    seen = {tuple(Store.objects.values_list("pk", flat=True)) for _ in range(20)}
    assert len(seen) > 1
    assert {frozenset(each) for each in seen} == {frozenset(made)}


def test_rows_with_an_order_keep_it() -> None:
    made = [StoreFactory.create().pk for _ in range(12)]
    for _ in range(20):
        assert list(Store.objects.order_by("pk").values_list("pk", flat=True)) == made
