"""Sessions get a new id when someone signs in or confirms a password, and end in time, by a new password too."""

import pytest
import time_machine
from django.test import Client

from backoffice.accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "battery staple horse correct"
HOUR = 3600
START = 1_800_000_000


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create()
    return made


def sign_in(client: Client, user: User, password: str = PASSWORD) -> None:
    assert client.post("/accounts/login/", {"login": user.email, "password": password}).status_code == 302


def is_signed_in(client: Client, **headers: str) -> bool:
    return client.get("/accounts/password/change/", headers=headers).status_code == 200


def test_signing_in_changes_the_session_id(client: Client, user: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client, user)
    assert is_signed_in(client)
    assert client.session.session_key != before


def test_confirming_the_password_changes_the_session_id(client: Client, user: User) -> None:
    sign_in(client, user)
    before = client.session.session_key
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    assert client.session.session_key != before
    assert is_signed_in(client)
    client.cookies["sessionid"] = before or ""
    assert not is_signed_in(client)


def test_a_new_password_ends_the_other_sessions(user: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, user)
    sign_in(elsewhere, user)
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_idle_for_too_long(client: Client, user: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, user)
        clock.shift(2 * HOUR - 1)
        assert is_signed_in(client)
        clock.shift(2 * HOUR - 1)
        assert is_signed_in(client)
        clock.shift(2 * HOUR)
        assert not is_signed_in(client)


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(client: Client, user: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, user)
        clock.shift(HOUR)
        assert is_signed_in(client, **{"X-Poll": "1"})
        clock.shift(HOUR)
        assert not is_signed_in(client)


def test_busy_for_too_long(client: Client, user: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, user)
        for _hour in range(11):
            clock.shift(HOUR)
            client.post("/accounts/reauthenticate/", {"password": PASSWORD})
            assert is_signed_in(client)
        clock.shift(HOUR)
        assert not is_signed_in(client)


def test_signing_in_again_starts_anew(client: Client, user: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, user)
        clock.shift(13 * HOUR)
        sign_in(client, user)
        assert is_signed_in(client)


@pytest.mark.parametrize("path", ["password/change/", "email/", "reauthenticate/", "logout/"])
def test_pages_about_ones_account_are_kept_nowhere(client: Client, user: User, path: str) -> None:
    client.force_login(user)
    response = client.get(f"/accounts/{path}")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["password/reset/", "password/reset/key/1-bad/", "login/"])
def test_pages_of_signing_in_are_kept_nowhere(client: Client, path: str) -> None:
    assert "no-store" in client.get(f"/accounts/{path}")["Cache-Control"]


def test_what_is_the_same_for_all_may_be_kept(client: Client, user: User) -> None:
    client.force_login(user)
    response = client.get("/brand.css")
    assert "public" in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
