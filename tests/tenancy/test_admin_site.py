"""The admin site under the dealer's name."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory


@pytest.mark.django_db
def test_it_bears_the_name_of_the_brand(client: Client, settings: Any) -> None:
    settings.BRAND_NAME = "Till & Co"
    client.force_login(UserFactory.create(support=True))
    page = client.get(reverse("admin:index")).text
    assert "Till &amp; Co support" in page
    assert "Django" not in page
