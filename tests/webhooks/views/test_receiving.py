"""The page for whoever builds a receiver: an example of every event, and code in every language."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from licensing.models import Assignment
from tests.factories.tenancy import Personas
from webhooks.canonical.personal import PERSONAL_FIELDS
from webhooks.event_types import EventType
from webhooks.node_red import flow
from webhooks.verification import snippets

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_every_event_has_its_example(owner: Client, address: Address) -> None:
    for event in EventType:
        page = owner.get(address("receiving"), {"event": event.value}).text
        assert f"&quot;type&quot;: &quot;{event.value}&quot;" in page
        assert len(re.findall(r'class="choice-tab"[^>]*aria-current="true"', page)) == 2


def test_every_language_has_its_code(owner: Client, address: Address) -> None:
    for snippet in snippets():
        page = owner.get(address("receiving"), {"language": snippet.slug, "event": "order.voided"})
        assert escape(snippet.code.splitlines()[-2].strip()) in page.text
        assert snippet.language in page.text
        assert "?language=go&amp;event=order.voided" in page.text or "event=order.voided&amp;language=go" in page.text


def test_unknown_choices_show_the_usual_ones(owner: Client, address: Address) -> None:
    page = owner.get(address("receiving"), {"event": "nonsense", "language": "../python"}).text
    assert "&quot;type&quot;: &quot;order.closed&quot;" in page
    assert "def verify" in page


def test_it_says_how_to_answer_and_when_it_is_tried_again(owner: Client, address: Address) -> None:
    page = owner.get(address("receiving")).text
    for words in ("410", "Retry-After", "5 s, 5 min, 30 min, 2 h", "webhook-signature"):
        assert words in page


def test_it_gives_the_flow_for_node_red(owner: Client, address: Address) -> None:
    page = owner.get(address("receiving")).text
    assert escape(flow()) in page
    assert "HUB_SIGNING_SECRET" in page


def test_the_example_is_shown_without_personal_data_too(owner: Client, address: Address) -> None:
    with_it = owner.get(address("receiving"))
    assert "&quot;name&quot;: &quot;Maria&quot;" in with_it.text
    assert "?personal=out#payload" in with_it.text
    without = owner.get(address("receiving"), {"personal": "out", "event": "order.refunded"})
    assert "Maria" not in without.text
    assert "Cold food" not in without.text
    assert "&quot;employee&quot;: null" in without.text
    assert "?event=order.refunded#payload" in without.text
    for field in PERSONAL_FIELDS:
        assert f"<code>{field.place}</code>" in without.text


def test_the_addresses_that_calls_come_from(owner: Client, address: Address, settings: Any) -> None:
    page = owner.get(address("receiving")).text
    assert f'<a href="mailto:{settings.SUPPORT_EMAIL}">' in page
    settings.OUTBOUND_ADDRESSES = ["203.0.113.7/32", "2001:db8:5::/48"]
    page = owner.get(address("receiving")).text
    assert "<code>203.0.113.7/32</code>" in page
    assert "<code>2001:db8:5::/48</code>" in page
    assert 'href="/api/v1/addresses.json"' in page
    assert "mailto:" not in page


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    for insider in people.insiders():
        assert signed_in(insider).get(address("receiving")).status_code == 200
    assert signed_in(people.stranger).get(address("receiving")).status_code == 404
    Assignment.objects.all().delete()
    assert "/upgrade/" in signed_in(people.owner).get(address("receiving"))["Location"]
