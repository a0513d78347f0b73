"""Support sees what became of each mail, and neither its words nor a way to change it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Mail
from tests.factories.accounts import UserFactory
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


def test_mails_are_listed_and_opened_without_their_words(client: Client) -> None:
    client.force_login(UserFactory.create(support=True))
    now = timezone.now()
    mail = Mail.objects.create(
        organization=StoreFactory.create().organization, to="guest@example.com", kind="integrations.run_mail", about="1",
        facts={"text": "canary-4711"}, due_at=now, expires_at=now,
    )  # fmt: skip
    listed = client.get(reverse("admin:tenancy_mail_changelist"), {"q": "guest@example.com"}).text
    opened = client.get(reverse("admin:tenancy_mail_change", args=[mail.pk])).text
    for page in (listed, opened):
        assert "guest@example.com" in page
        assert "canary" not in page
    assert client.post(reverse("admin:tenancy_mail_change", args=[mail.pk]), {"state": "sent"}).status_code == 403
    assert client.get(reverse("admin:tenancy_mail_add")).status_code == 403
