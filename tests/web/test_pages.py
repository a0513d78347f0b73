"""A URL gives its whole page, or its partial to htmx."""

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("gallery")
HTMX = {"HX-Request": "true"}


def test_whole_page(signed_in: Client) -> None:
    response = signed_in.get("/gallery/live/")
    assert "<h1" in response.text
    assert 'id="count"' in response.text


def test_partial_for_htmx(signed_in: Client) -> None:
    response = signed_in.get("/gallery/live/", headers=HTMX)
    assert response.text.strip().startswith("<div")
    assert "<html" not in response.text


def test_restored_history_is_a_whole_page(signed_in: Client) -> None:
    response = signed_in.get("/gallery/live/", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in response.text


def test_caches_are_told(signed_in: Client) -> None:
    response = signed_in.get("/gallery/live/")
    assert response["Cache-Control"] == "no-store"
    assert "HX-Request" in response["Vary"]


def test_layout_names_the_store_and_has_its_landmarks(signed_in: Client) -> None:
    html = signed_in.get("/gallery/").text
    title = html.split("<title>")[1].split("</title>")[0]
    assert " ".join(title.split()) == "Gallery · Harbour Street · Back Office"
    assert html.count("<h1") == 1
    assert html.count('id="main"') == 1
    assert html.index('href="#main"') < html.index("<header")
    assert 'role="status"' in html
    assert 'role="alert"' in html


def test_htmx_is_configured_safely(signed_in: Client) -> None:
    html = signed_in.get("/gallery/").text
    for part in (
        '"allowEval":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
        '"includeIndicatorStyles":false',
    ):
        assert part in html
    assert '"code":"409|422","swap":true' in html


def test_no_foreign_host(signed_in: Client) -> None:
    html = signed_in.get("/gallery/").text.replace("https://partner.example", "")
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
