"""What a list is filtered by is said in words of support."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "words"), [({}, ["All", "No", "Yes"]), ({"_facets": "True"}, ["All", "No (2)", "Yes (1)"])]
)
def test_whether_a_store_is_closed(client: Client, asked: dict[str, str], words: list[str]) -> None:
    open_stores, closed = StoreFactory.create_batch(2), StoreFactory.create(closed_at=timezone.now())
    client.force_login(UserFactory.create(support=True))
    url = reverse("admin:tenancy_store_changelist")
    page = client.get(url, asked).text
    part = page[page.index("By closed") : page.index("By organization")]
    assert re.findall(r"<a [^>]*>([^<]+)</a>", part) == words
    (link,) = re.findall(rf'<a href="([^"]*)">{re.escape(words[2])}</a>', part)
    found = client.get(url + link.replace("&amp;", "&")).text
    assert [store.name in found for store in (*open_stores, closed)] == [False, False, True]
