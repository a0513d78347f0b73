"""Who hears when an integration fails."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_the_address_is_kept_shown_and_removed(owner: Client, store: Store, address: Address) -> None:
    integration = IntegrationFactory.create(store=store)
    url = address("notification", integration=integration.public_id)
    tab = address("configure", integration=integration.public_id) + "?tab=action"
    answer = owner.post(url, {"notification_email": "ops@example.com"}, follow=True)
    assert answer.redirect_chain == [(tab, 303)]
    assert 'value="ops@example.com"' in answer.text
    assert 'value="ops@example.com"' in owner.get(url).text
    wrong = owner.post(url, {"notification_email": "ops"})
    integration.refresh_from_db()
    assert (wrong.status_code, integration.notification_email) == (422, "ops@example.com")
    owner.post(url, {"notification_email": ""})
    integration.refresh_from_db()
    assert integration.notification_email == ""
    assert AuditEntry.objects.filter(action="integration.notification_set").count() == 2


def test_a_viewer_changes_nothing(
    people: Personas, store: Store, signed_in: Callable[..., Client], address: Address
) -> None:
    integration = IntegrationFactory.create(store=store)
    url = address("notification", integration=integration.public_id)
    assert signed_in(people.viewer).post(url, {"notification_email": "me@example.com"}).status_code == 403
