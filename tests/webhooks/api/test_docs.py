"""The documentation page."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from webhooks.api.problems import ProblemCode


@pytest.fixture
def html(client: Client, db: None) -> str:
    response = client.get("/api/v1/docs")
    assert response.status_code == 200
    return response.content.decode()


def test_the_root_leads_to_it(client: Client) -> None:
    response = client.get("/api/v1/")
    assert (response.status_code, response.headers["Location"]) == (302, "/api/v1/docs")


def test_nothing_comes_from_elsewhere(html: str) -> None:
    """No other host, no inline script or style: the page works offline and under the policy."""
    loaded = re.findall(r"<(?:script|img)[^>]* src=\"([^\"]+)\"", html) + re.findall(
        r"<link[^>]* href=\"([^\"]+)\"", html
    )
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert "<style" not in html
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"\son[a-z]+=", html)


def test_every_problem_has_its_place(html: str) -> None:
    for problem in ProblemCode:
        assert f'id="problem-{problem.code}"' in html


def test_every_link_within_the_page_leads_somewhere(html: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert {"start", "post_order", "object-Order", "problems"} <= targets
    assert targets <= set(ids)


def test_it_shows_calls_events_and_curl(html: str) -> None:
    for words in (
        "curl -X POST http://localhost:8000/api/v1/orders",
        "Authorization: Bearer $HUB_API_KEY",
        "Idempotency-Key",
        "order.status_changed",
        "webhook-signature",
        "orders:write",
        "ISO 4217",
        "backoffice-listen --api http://localhost:8000/api/v1",
        "DELETE",
        "has_more",
        "KWD",
    ):
        assert words.replace('"', "&quot;") in html or words in html, words


def test_it_renders_in_any_language(client: Client, db: None) -> None:
    with override(None):
        assert client.get("/api/v1/docs").status_code == 200


def test_other_methods_are_refused(client: Client) -> None:
    assert client.post("/api/v1/docs").status_code == 405


def test_the_addresses_for_firewalls_are_answered_to_anyone(client: Client, settings: Any) -> None:
    answered = client.get("/api/v1/addresses.json")
    assert (answered.status_code, answered.json()) == (200, {"addresses": []})
    settings.OUTBOUND_ADDRESSES = ["203.0.113.7/32", "2001:db8:5::/48"]
    answered = client.get("/api/v1/addresses.json")
    assert answered.json() == {"addresses": ["203.0.113.7/32", "2001:db8:5::/48"]}
    assert answered.headers["Content-Type"] == "application/json"
    assert answered.headers["Access-Control-Allow-Origin"] == "*"
    assert client.post("/api/v1/addresses.json").status_code == 405


def test_it_names_personal_data_and_addresses(html: str) -> None:
    assert "<code>payments[].last4</code>" in html
    assert 'id="addresses"' in html
    assert "mailto:" in html
