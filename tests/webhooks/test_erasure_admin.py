"""Support erases customers and closes stores in the admin site by the product's own actions, and sees nobody's data there."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import CustomerErasureFactory
from tests.webhooks.erasure.people import ADA, EMAIL, order_event
from webhooks.admin import erasures
from webhooks.erasure import asking
from webhooks.erasure.asking import ask
from webhooks.models import CustomerErasure, OrderEvent
from webhooks.tasks import erase_customers

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    made: User = UserFactory.create(support=True)
    return made


@pytest.fixture
def support(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def confirm_password(client: Client) -> None:
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def act(client: Client, model: str, action: str, row: Any, **more: str) -> str:
    url = reverse(f"admin:{model}_changelist")
    rows = row if isinstance(row, list) else [row]
    return client.post(
        url, {"action": action, "_selected_action": [each.pk for each in rows], **more}, follow=True
    ).text


def test_looked_for_erased_and_recorded(
    support: Client, staff: User, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SETTLED_AFTER", -timedelta(milliseconds=2))
    event = order_event(store, "o-1", ADA)
    asked = {"organization": store.organization_id, "store": store.pk, "kind": "email", "wanted": EMAIL}
    assert support.post(reverse("admin:webhooks_customererasure_add"), asked).status_code == 302
    made = CustomerErasure.objects.get()
    assert (made.created_by, made.state) == (staff, "looking")
    erase_customers()
    page = support.get(reverse("admin:webhooks_customererasure_change", args=[made.pk])).text
    assert EMAIL.lower() not in page.lower()
    confirm_password(support)
    question = act(support, "webhooks_customererasure", "erase", made)
    assert "will be erased from 1 order of" in question
    assert "It cannot be brought back." in question
    made.refresh_from_db()
    assert made.state == "found"
    assert "is being erased" in act(support, "webhooks_customererasure", "erase", made, confirm="yes")
    assert "nothing to confirm" in act(support, "webhooks_customererasure", "erase", made)
    erase_customers()
    assert "canary" not in OrderEvent.objects.get(pk=event.pk).order_json.lower()
    actions = AuditEntry.objects.filter(actor=staff).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["customer.looked_for", "customer.erasure_confirmed", "customer.erased"]


@pytest.mark.parametrize("more", [{}, {"confirm": "yes"}])
def test_the_password_comes_before_the_question_and_before_erasing(
    support: Client, store: Store, more: dict[str, str]
) -> None:
    made = ask(organization=store.organization, store=None, kind="email", text=EMAIL, by=None)
    CustomerErasure.objects.update(state="found")
    url = reverse("admin:webhooks_customererasure_changelist")
    answer = support.post(url, {"action": "erase", "_selected_action": [made.pk], **more})
    assert answer["Location"].startswith(reverse("account_reauthenticate") + "?next=")
    made.refresh_from_db()
    assert made.state == "found"
    confirm_password(support)
    assert "choose it and “Erase what was found” again" in support.get(url).text
    act(support, "webhooks_customererasure", "erase", made, **more)
    made.refresh_from_db()
    assert made.state == ("erasing" if more else "found")


@pytest.mark.parametrize(
    ("wanted", "own", "sentence"),
    [("ada", True, "Enter a whole email address"), (EMAIL, False, "belongs to another organization")],
)
def test_what_is_wrong_is_said(support: Client, store: Store, wanted: str, own: bool, sentence: str) -> None:
    other = store if own else LicensedStoreFactory.create()
    asked = {"organization": store.organization_id, "store": other.pk, "kind": "email", "wanted": wanted}
    answer = support.post(reverse("admin:webhooks_customererasure_add"), asked)
    assert sentence in answer.text
    assert not CustomerErasure.objects.exists()


def test_more_than_one_is_not_erased_at_once(support: Client, store: Store) -> None:
    made = [ask(organization=store.organization, store=None, kind="email", text=EMAIL, by=None) for _ in range(2)]
    CustomerErasure.objects.update(state="found")
    assert "Choose one alone" in act(support, "webhooks_customererasure", "erase", made, confirm="yes")
    assert set(CustomerErasure.objects.values_list("state", flat=True)) == {"found"}


@pytest.mark.parametrize("meanwhile", [False, True])
def test_one_too_many_is_not_said_to_be_added(
    support: Client, store: Store, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    monkeypatch.setattr(asking, "MOST_AT_A_TIME", 1)
    ask(organization=store.organization, store=None, kind="email", text=EMAIL, by=None)
    if meanwhile:
        monkeypatch.setattr(erasures, "require_room", lambda _organization: None)
    asked = {"organization": store.organization_id, "store": "", "kind": "email", "wanted": EMAIL}
    answer = support.post(reverse("admin:webhooks_customererasure_add"), asked, follow=True)
    assert "There are several unfinished ones already." in answer.text
    assert "successfully" not in answer.text
    assert CustomerErasure.objects.count() == 1


def test_called_off(support: Client, store: Store) -> None:
    asked = {"organization": store.organization_id, "store": "", "kind": "email", "wanted": EMAIL}
    support.post(reverse("admin:webhooks_customererasure_add"), asked)
    made = CustomerErasure.objects.get()
    late = CustomerErasureFactory.create(organization=store.organization, state="erasing")
    page = act(support, "webhooks_customererasure", "call_off", [made, late])
    assert "1 erasure was called off." in page
    assert f"{late} is being erased or is erased already: it was not called off." in page
    made.refresh_from_db()
    assert (made.state, made.wanted_ciphertext) == ("cancelled", None)
    assert "0 erasures were called off." in act(support, "webhooks_customererasure", "call_off", made)


def test_a_store_is_closed_and_opened_again(support: Client, staff: User, store: Store) -> None:
    assert "1 store was closed." in act(support, "tenancy_store", "close", store)
    assert "0 stores were closed." in act(support, "tenancy_store", "close", store)
    assert Store.objects.closed().filter(pk=store.pk).exists()
    assert "1 store was opened again." in act(support, "tenancy_store", "reopen", store)
    assert "0 stores were opened again." in act(support, "tenancy_store", "reopen", store)
    assert Store.objects.trading().filter(pk=store.pk).exists()
    recorded = AuditEntry.objects.filter(actor=staff, store=store).order_by("id").values_list("action", flat=True)
    assert list(recorded) == ["license.unassigned", "store.closed", "store.reopened"]
