"""One endpoint that several stores share."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from licensing.models import Assignment
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks import endpoints, signing_keys
from webhooks.models import Delivery, Endpoint
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.fixture
def shared(store: Store) -> Endpoint:
    return endpoints.create(
        organization=store.organization,
        wishes=Wishes(url="https://hooks.example.com/all", event_types=["order.closed"]),
        by=None,
        greet=False,
    )[0]


def test_it_shows_what_was_sent_for_which_store(admin: Client, store: Store, shared: Endpoint, url: Url) -> None:
    sibling = LicensedStoreFactory.create(organization=store.organization, name="Harbour")
    delivery = DeliveryFactory.create(delivered=True, event__store=sibling, endpoint=shared)
    page = admin.get(url("organization_endpoint", shared.public_id)).text
    assert "Harbour" in page
    assert f"/s/{sibling.code}/hub/webhooks/deliveries/{delivery.public_id}/" in page
    assert "Every store" in page


def test_pause_and_resume(admin: Client, shared: Endpoint, url: Url) -> None:
    for action, state in (("pause", "paused"), ("resume", "enabled")):
        answer = admin.post(url(f"organization_endpoint_{action}", shared.public_id))
        assert answer["Location"] == url("organization_endpoint", shared.public_id)
        shared.refresh_from_db()
        assert shared.state == state


def test_a_test_goes_out_for_a_licensed_store(
    admin: Client, store: Store, shared: Endpoint, url: Url, address: Callable[..., str]
) -> None:
    answer = admin.post(url("organization_endpoint_test", shared.public_id))
    delivery = Delivery.objects.get()
    assert delivery.store == store
    assert answer["Location"] == address("delivery", delivery=delivery.public_id)
    assert "(set by the organization)" in admin.get(answer["Location"]).text
    Assignment.objects.all().delete()
    page = admin.post(url("organization_endpoint_test", shared.public_id), follow=True).text
    assert "None of its stores has the Integration Hub at the moment" in page


def test_the_secret_is_shown_after_the_password(admin: Client, shared: Endpoint, url: Url) -> None:
    assert "reauthenticate" in admin.post(url("organization_endpoint_secret", shared.public_id))["Location"]
    assert "whsec_" not in admin.get(url("organization_endpoint", shared.public_id)).text


def test_the_secret_is_shown_and_audited(confirmed_admin: Client, shared: Endpoint, url: Url) -> None:
    page = confirmed_admin.post(url("organization_endpoint_secret", shared.public_id)).text
    assert "whsec_" in page
    assert AuditEntry.objects.filter(action="endpoint.secret_revealed").count() == 1


def test_an_old_secret_is_revoked(admin: Client, shared: Endpoint, url: Url) -> None:
    old = shared.signing_keys.get()
    signing_keys.roll(endpoint=shared, by=None)
    answer = admin.post(url("organization_signing_key_revoke", old.public_id))
    assert answer["Location"] == f"{url('organization_endpoint', shared.public_id)}#secret"
    assert shared.signing_keys.count() == 1
    current = shared.signing_keys.get()
    admin.post(url("organization_signing_key_revoke", current.public_id))
    assert shared.signing_keys.get() == current


def test_endpoints_of_stores_and_of_others_are_404(admin: Client, store: Store, url: Url) -> None:
    foreign = EndpointFactory.create(
        store=None, organization=LicensedStoreFactory.create().organization, every_store=True
    )
    for other in (EndpointFactory.create(store=store), foreign):
        assert admin.get(url("organization_endpoint", other.public_id)).status_code == 404
        assert admin.post(url("organization_endpoint_pause", other.public_id)).status_code == 404
