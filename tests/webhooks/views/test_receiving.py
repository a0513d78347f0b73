"""The page for whoever builds a receiver: an example of every event, and code in every language."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape

from licensing.models import Assignment
from tests.factories.tenancy import Personas
from webhooks.event_types import EventType
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


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    for insider in people.insiders():
        assert signed_in(insider).get(address("receiving")).status_code == 200
    assert signed_in(people.stranger).get(address("receiving")).status_code == 404
    Assignment.objects.all().delete()
    assert "/upgrade/" in signed_in(people.owner).get(address("receiving"))["Location"]
