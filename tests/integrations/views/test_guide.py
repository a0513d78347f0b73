"""Know More shows the provider's guide, what it is sent, and how to go on."""

from collections.abc import Callable

import pytest
from django.test import Client

from licensing.models import Assignment
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db


def test_the_guide_is_readable_before_anything_is_bought(owner: Client, address: Callable[..., str]) -> None:
    url = address("guide", provider="custom-webhook")
    page = owner.get(url).text
    assert "<h2>Set it up</h2>" in page
    assert "Data that is shared" in page
    assert address("disclaimer", provider="custom-webhook") in page
    Assignment.objects.all().delete()
    page = owner.get(url).text
    assert "<h2>Set it up</h2>" in page
    assert address("disclaimer", provider="custom-webhook") not in page


def test_there_is_no_guide_to_nothing(
    people: Personas, signed_in: Callable[..., Client], address: Callable[..., str]
) -> None:
    assert signed_in(people.viewer).get(address("guide", provider="custom-webhook")).status_code == 200
    assert signed_in(people.viewer).get(address("guide", provider="no-such")).status_code == 404
    assert signed_in(people.stranger).get(address("guide", provider="custom-webhook")).status_code == 404
