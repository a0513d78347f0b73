"""The form that looks for a customer, and what it says of what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas
from tests.webhooks.erasure.people import EMAIL
from webhooks.models import CustomerErasure

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"wanted": "ada"}, "Enter a whole email address"),
        ({"kind": "phone", "wanted": "123"}, "with all its digits"),
        ({"kind": "customer", "wanted": "two words"}, "Enter the id that the till gives the customer"),
        ({"code": "NOPE"}, "No store has the code NOPE."),
        ({"wanted": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_looked_for(
    admin: Client, url: Url, values: dict[str, str], sentence: str
) -> None:
    answer = admin.post(url("customer_erasures"), {"kind": "email", "wanted": EMAIL, "code": "", **values})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not CustomerErasure.objects.exists()


def test_a_foreign_store_is_no_store(admin: Client, url: Url) -> None:
    foreign = LicensedStoreFactory.create(code="FOREIGN")
    answer = admin.post(url("customer_erasures"), {"kind": "email", "wanted": EMAIL, "code": foreign.code})
    assert (answer.status_code, "No store has the code FOREIGN." in answer.text) == (422, True)


def test_who_may(people: Personas, signed_in: Callable[[Any], Client], url: Url) -> None:
    address = url("customer_erasures")
    for user in (people.owner, people.enterprise_admin):
        assert signed_in(user).get(address).status_code == 200
    for user in (people.store_owner, people.viewer):
        assert signed_in(user).get(address).status_code == 403
        assert signed_in(user).post(address, {}).status_code == 403
    assert signed_in(people.stranger).get(address).status_code == 404
    assert signed_in(people.owner).put(address).status_code == 405
