"""Querysets that name no order come back in any: PostgreSQL promises none, and a test must not pass by luck."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.models import QuerySet


@contextmanager
def unordered_querysets_shuffled(chance: random.Random) -> Iterator[None]:
    """Within, each result of several rows whose query has no ORDER BY is shuffled after it was read."""
    fetch_all = QuerySet._fetch_all

    def shuffled(queryset: Any) -> None:
        unread = queryset._result_cache is None
        fetch_all(queryset)
        if unread and len(queryset._result_cache) > 1 and not queryset.ordered:
            chance.shuffle(queryset._result_cache)

    with mock.patch.object(QuerySet, "_fetch_all", shuffled):
        yield
