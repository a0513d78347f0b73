"""The pages under test are those of webhooks."""

import pytest

from tests.store_pages import address, confirmed, owner, people, signed_in, store

__all__ = ["address", "confirmed", "owner", "people", "signed_in", "store"]


@pytest.fixture
def namespace() -> str:
    return "webhooks"
