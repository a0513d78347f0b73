"""Toasts ride on HTMX responses; redirects move the whole page."""

import json

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gallery")]
HTMX = {"HX-Request": "true"}


def test_toasts_arrive_in_a_header_once(client: Client) -> None:
    event = json.loads(client.get("/gallery/toast/", headers=HTMX)["HX-Trigger"])
    assert [(item["level"], item["text"]) for item in event["toasts"]["items"]] == [
        ("success", "Saved <b>ü</b>."),
        ("warning", "The key expires tomorrow."),
    ]
    assert len(json.loads(client.get("/gallery/toast/", headers=HTMX)["HX-Trigger"])["toasts"]["items"]) == 2


def test_toasts_wait_for_the_next_page_without_htmx(signed_in: Client) -> None:
    assert "HX-Trigger" not in signed_in.get("/gallery/toast/")
    html = signed_in.get("/gallery/").text
    assert "Saved &lt;b&gt;ü&lt;/b&gt;." in html
    assert "Saved" not in signed_in.get("/gallery/").text


def test_redirect_moves_the_page_and_keeps_the_toast_and_cookies(signed_in: Client) -> None:
    response = signed_in.get("/gallery/move/", headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/gallery/"
    assert "Location" not in response
    assert "HX-Trigger" not in response
    assert response.cookies["kept"].value == "yes"
    assert "License settings saved successfully" in signed_in.get("/gallery/").text


def test_plain_redirect_is_left_alone(client: Client) -> None:
    response = client.get("/gallery/move/")
    assert (response.status_code, response["Location"]) == (302, "/gallery/")


def test_ended_session_is_a_full_page_login_that_returns_to_the_page(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "http://testserver/gallery/?q=a&page=2"}
    response = client.get("/gallery/private/", headers=headers)
    assert response["HX-Redirect"] == "/accounts/login/?next=/gallery/%3Fq%3Da%26page%3D2"


def test_foreign_current_url_is_not_a_place_to_return_to(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "https://evil.example/gallery/"}
    assert client.get("/gallery/private/", headers=headers)["HX-Redirect"] == "/accounts/login/?next=/gallery/private/"


def test_error_page_takes_the_place_of_the_content(signed_in: Client) -> None:
    response = signed_in.get("/gallery/error/409/", headers=HTMX)
    assert (response["HX-Retarget"], response["HX-Reselect"]) == ("#main", "#main")


def test_action_of_a_toast(signed_in: Client) -> None:
    html = signed_in.get("/gallery/?toast=1").text
    assert 'action="/gallery/toast/"' in html
    assert "Undo" in html
