"""Every page of sign-in that our settings can reach, in the product's look and without a database row too many."""

import re

import pytest
from django.core import mail
from django.test import Client

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.usefixtures("db", "gallery")


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("login/", "Sign in"),
        ("signup/", "Accounts are by invitation"),
        ("inactive/", "Account switched off"),
        ("password/reset/", "Reset your password"),
        ("password/reset/done/", "Check your email"),
        ("password/reset/key/1-bad/", "This link no longer works"),
        ("password/reset/key/done/", "Password changed"),
        ("confirm-email/", "Check your email"),
        ("confirm-email/bad-key/", "This link no longer works"),
    ],
)
def test_outside(client: Client, path: str, heading: str) -> None:
    html = client.get(f"/accounts/{path}").text
    assert re.search(rf"<h1[^>]*>\s*{heading}\s*</h1>", html)
    assert html.count("<h1") == 1


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("logout/", "Sign out?"),
        ("password/change/", "Change your password"),
        ("reauthenticate/", "Confirm that it is you"),
        ("email/", "Email addresses"),
    ],
)
def test_inside(client: Client, path: str, heading: str) -> None:
    client.force_login(UserFactory.create())
    assert heading in client.get(f"/accounts/{path}").text


def test_signs_in_and_returns(client: Client) -> None:
    user = UserFactory.create()
    response = client.post(
        "/accounts/login/?next=/gallery/", {"login": user.email, "password": PASSWORD, "next": "/gallery/"}
    )
    assert (response.status_code, response["Location"]) == (302, "/gallery/")
    assert "Successfully signed in" not in client.get("/gallery/").text


def test_wrong_password_says_so(client: Client) -> None:
    user = UserFactory.create()
    html = client.post("/accounts/login/", {"login": user.email, "password": "wrong"}).text
    assert "error-summary" in html


def test_password_reset_by_email(client: Client) -> None:
    user = UserFactory.create()
    client.post("/accounts/password/reset/", {"email": user.email})
    (message,) = mail.outbox
    assert message.subject == "Choose a new password for Back Office"
    assert message.to == [user.email]
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(message.body))
    assert link
    form = client.get(link.group(1), follow=True)
    assert "Choose a new password" in form.text
    new = "a quite different phrase"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new}, follow=True)
    assert "Password changed" in done.text
    user.refresh_from_db()
    assert user.check_password(new)


def test_unknown_address_looks_the_same_and_offers_no_sign_up(client: Client) -> None:
    response = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert "Check your email" in response.text
    (message,) = mail.outbox
    assert "signup" not in message.body
    assert "nobody@example.com" in message.body


def test_too_many_attempts_is_our_page(client: Client) -> None:
    for _ in range(40):
        response = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert "Too many attempts" in response.text
    assert response["Retry-After"] == "60"
