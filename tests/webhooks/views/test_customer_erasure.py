"""One customer who is looked for: what was found, confirming with a fresh password, and calling it off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.tenancy import Personas
from tests.webhooks.erasure.people import ADA, EMAIL, order_event
from webhooks.erasure import asking
from webhooks.models import CustomerErasure, OrderEvent
from webhooks.tasks import erase_customers

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.fixture(autouse=True)
def _seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SETTLED_AFTER", -timedelta(milliseconds=2))


def asked(client: Client, url: Url, **values: str) -> CustomerErasure:
    answer = client.post(url("customer_erasures"), {"kind": "email", "wanted": EMAIL, "code": "", **values})
    made = CustomerErasure.objects.latest("id")
    assert (answer.status_code, answer["Location"]) == (303, url("customer_erasure", made.public_id))
    return made


def test_found_confirmed_and_erased(confirmed_admin: Client, store: Store, url: Url, people: Personas) -> None:
    event = order_event(store, "o-1", ADA)
    made = asked(confirmed_admin, url, code=store.code.lower())
    assert (made.store, made.created_by) == (store, people.enterprise_admin)
    page = confirmed_admin.get(url("customer_erasure", made.public_id)).text
    assert "Looking" in page
    assert "data-poll" in page
    erase_customers()
    page = confirmed_admin.get(url("customer_erasure", made.public_id)).text
    assert "Found, nothing erased yet" in page
    assert "data-poll-done" in page
    assert "erased from 1 order," in page
    assert EMAIL.lower() not in page.lower()
    answer = confirmed_admin.post(url("customer_erasure_confirm", made.public_id))
    assert (answer.status_code, answer["Location"]) == (303, url("customer_erasure", made.public_id))
    erase_customers()
    assert "details are gone from these orders" in confirmed_admin.get(url("customer_erasure", made.public_id)).text
    assert "canary" not in OrderEvent.objects.get(pk=event.pk).order_json.lower()
    listed = confirmed_admin.get(url("customer_erasures")).text
    assert "Erased" in listed
    assert EMAIL.lower() not in listed.lower()


def test_the_password_comes_before_erasing(admin: Client, store: Store, url: Url) -> None:
    order_event(store, "o-1", ADA)
    made = asked(admin, url)
    erase_customers()
    confirming = url("customer_erasure_confirm", made.public_id)
    assert "It cannot be brought back" in admin.get(confirming).text
    assert admin.post(confirming)["Location"].startswith(reverse("account_reauthenticate"))
    made.refresh_from_db()
    assert made.state == "found"
    assert not AuditEntry.objects.filter(action="customer.erasure_confirmed").exists()


def test_a_poll_that_shows_it_already_gets_nothing(admin: Client, url: Url) -> None:
    page = url("customer_erasure", asked(admin, url).public_id)
    shown = admin.get(page).context["fingerprint"]
    poll = {"HX-Request": "true", "X-Shown": shown}
    assert admin.get(page, headers=poll).status_code == 204
    erase_customers()
    answer = admin.get(page, headers=poll)
    assert answer.status_code == 200
    assert "<html" not in answer.text


def test_called_off(admin: Client, url: Url) -> None:
    made = asked(admin, url)
    answer = admin.post(url("customer_erasure_cancel", made.public_id))
    assert answer.status_code == 303
    made.refresh_from_db()
    assert (made.state, made.wanted_ciphertext) == ("cancelled", None)
    assert "Nothing was erased" in admin.get(answer["Location"]).text


def test_nothing_found_offers_nothing_to_erase(admin: Client, url: Url) -> None:
    made = asked(admin, url)
    erase_customers()
    page = admin.get(url("customer_erasure", made.public_id)).text
    assert "No stored order holds it." in page
    assert "Nothing found" in page
    assert "Found, nothing erased yet" not in page
    assert url("customer_erasure_confirm", made.public_id) not in page


def test_who_may(people: Personas, signed_in: Callable[[Any], Client], admin: Client, url: Url) -> None:
    made = asked(admin, url)
    for name, method in (
        ("customer_erasure", "get"),
        ("customer_erasure_confirm", "post"),
        ("customer_erasure_cancel", "post"),
    ):
        address = url(name, made.public_id)
        for user in (people.store_owner, people.viewer):
            assert getattr(signed_in(user), method)(address).status_code == 403
        assert getattr(signed_in(people.stranger), method)(address).status_code == 404
    assert signed_in(people.owner).get(url("customer_erasure", made.public_id)).status_code == 200
    assert admin.get(url("customer_erasure_cancel", made.public_id)).status_code == 405
    assert admin.put(url("customer_erasure_confirm", made.public_id)).status_code == 405
