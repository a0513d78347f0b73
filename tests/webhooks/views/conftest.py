"""The pages under test are those of webhooks."""

import pytest

from tests.store_pages import address, admin, confirmed, confirmed_admin, owner, people, signed_in, store, url

__all__ = ["address", "admin", "confirmed", "confirmed_admin", "owner", "people", "signed_in", "store", "url"]


@pytest.fixture
def namespace() -> str:
    return "webhooks"
