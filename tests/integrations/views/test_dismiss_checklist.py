"""Putting the setup checklist of the hub page aside."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db


def test_it_leaves_the_hub_page_and_says_so(owner: Client, store: Store, address: Callable[..., str]) -> None:
    page = owner.get(address("hub")).text
    assert "Set up this store" in page
    assert "1 of 4" in page
    answer = owner.post(address("dismiss_checklist"), follow=True)
    assert answer.redirect_chain == [(address("hub"), 303)]
    assert "Set up this store" not in answer.text
    assert "The setup steps are put away." in answer.text
    entry = AuditEntry.objects.get(action="checklist.dismissed")
    assert (entry.store, entry.changes) == (store, {"done": ["license"]})


def test_a_viewer_may_and_a_stranger_finds_nothing(
    people: Personas, signed_in: Callable[..., Client], address: Callable[..., str]
) -> None:
    assert signed_in(people.viewer).post(address("dismiss_checklist")).status_code == 303
    assert signed_in(people.stranger).post(address("dismiss_checklist")).status_code == 404
    assert signed_in(people.owner).get(address("dismiss_checklist")).status_code == 405
