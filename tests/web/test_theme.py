"""The appearance is a cookie the server reads."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gallery")]


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_choice_is_remembered(client: Client, theme: str) -> None:
    response = client.post("/theme", {"theme": theme, "next": "/accounts/login/?a=1"})
    assert (response.status_code, response["Location"]) == (303, "/accounts/login/?a=1")
    assert response.cookies["theme"]["httponly"]
    assert f'data-bs-theme="{theme}"' in client.get("/accounts/login/").text


def test_script_gets_no_page(client: Client) -> None:
    response = client.post("/theme", {"theme": "dark"}, headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response.cookies["theme"].value) == (204, "dark")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_no_open_redirect(client: Client, target: str) -> None:
    assert client.post("/theme", {"theme": "dark", "next": target})["Location"] == "/"


def test_unknown_theme_and_method(client: Client) -> None:
    assert client.post("/theme", {"theme": "pink"}).status_code == 400
    assert client.get("/theme").status_code == 405


def test_forged_cookie_is_ignored(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert 'data-bs-theme="auto"' in client.get("/accounts/login/").text
