"""What a list is filtered by is said in words of support."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.tenancy.mails.outbox import known_kinds
from backoffice.tenancy.models import AuditEntry, Mail
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
    part = page[page.index("By closed") :]
    assert re.findall(r"<a [^>]*>([^<]+)</a>", part)[: len(words)] == words
    (link,) = re.findall(rf'<a href="([^"]*)">{re.escape(words[2])}</a>', part)
    found = client.get(url + link.replace("&amp;", "&")).text
    assert [store.name in found for store in (*open_stores, closed)] == [False, False, True]


def listed(client: Client, model: str, **query: str) -> tuple[str, list[str]]:
    """The page of a list, and what it asked of its table."""
    client.force_login(UserFactory.create(support=True))
    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse(f"admin:tenancy_{model}_changelist"), query)
    assert page.status_code == 200
    return page.text, [each["sql"] for each in captured if f'"tenancy_{model}"' in each["sql"]]


def test_the_history_is_filtered_by_its_newest_actions_and_read_no_further_than_30_days() -> None:
    """Its rows are never deleted, and no index knows their action."""
    client, store, now = Client(), StoreFactory.create(), timezone.now()
    for name, action, days in (
        ("Anna", "store.closed", 31),
        ("Berta", "store.closed", 29),
        ("Cilla", "store.ended", 0),
    ):
        AuditEntry.objects.create(
            id=uuid7_floor(now - timedelta(days=days)), action=action, target_label=name, target_type="tenancy.store",
            target_id="1", organization=store.organization,
        )  # fmt: skip
    for action, found in (
        ("", ["Anna", "Berta", "Cilla"]),
        ("store.closed", ["Berta"]),
        ("store.renamed", []),
        ("no action\0", ["Anna", "Berta", "Cilla"]),
    ):
        html, statements = listed(client, "auditentry", **({"action": action} if action else {}))
        assert "By action, within the last 30 days" in html
        assert [name for name in ("Anna", "Berta", "Cilla") if f">{name}<" in html] == found
        assert all("LIMIT" in sql for sql in statements if "COUNT(" in sql or "DISTINCT" in sql)
        assert not [sql for sql in statements if '"action" =' in sql and '"id" >=' not in sql]


def test_mails_are_filtered_by_the_kinds_there_are_without_asking_the_table() -> None:
    client, organization, now = Client(), StoreFactory.create().organization, timezone.now()
    for kind in ("integrations.run_mail", "licensing.gone"):
        Mail.objects.create(
            organization=organization, to=f"{kind}@example.com", kind=kind, about="1", due_at=now, expires_at=now
        )
    html, statements = listed(client, "mail", kind="integrations.run_mail")
    assert ("integrations.run_mail@example.com" in html, "licensing.gone@example.com" in html) == (True, False)
    assert all("DISTINCT" not in sql for sql in statements)
    html, _statements = listed(client, "mail", kind="licensing.gone")
    assert "integrations.run_mail@example.com" in html
    assert set(known_kinds()) <= set(re.findall(r"\?kind=([\w.]+)", html))
