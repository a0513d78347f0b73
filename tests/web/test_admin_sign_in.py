"""Support staff sign in under the limits of everyone, and nobody is sent elsewhere by a sign-in or a forged header."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]


def test_the_admins_own_form_is_not_reached(client: Client) -> None:
    """It knows no limits: whoever asks for it is sent to the product's sign-in."""
    staff = UserFactory.create(support=True)
    for method in (client.get, client.post):
        response = method("/admin/login/", {"username": staff.email, "password": PASSWORD})
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    assert client.get("/admin/").status_code == 302


def test_guessing_a_staff_password_is_limited(client: Client) -> None:
    staff = UserFactory.create(support=True)
    for _attempt in range(12):
        page = client.post("/accounts/login/?next=/admin/", {"login": staff.email, "password": "wrong"}).text
    assert "Too many failed login attempts" in page
    still = client.post("/accounts/login/?next=/admin/", {"login": staff.email, "password": PASSWORD})
    assert still.status_code == 200
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: Client, target: str) -> None:
    user = UserFactory.create()
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": target})
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_confirming_a_password_and_signing_out_lead_nowhere_else(client: Client, target: str) -> None:
    user = UserFactory.create()
    client.force_login(user)
    for path, form in (("reauthenticate", {"password": PASSWORD}), ("logout", {})):
        response = client.post(f"/accounts/{path}/?next={target}", form | {"next": target})
        assert response.status_code == 302
        assert "evil" not in response["Location"]
        assert not response["Location"].startswith("javascript")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_choosing_a_theme_leads_nowhere_else(client: Client, target: str) -> None:
    response = client.post("/theme", {"theme": "dark", "next": target}, headers={"referer": target})
    assert response.status_code in {302, 303}
    assert "evil" not in response["Location"]
    assert not response["Location"].startswith("javascript")


def test_a_forged_host_reaches_no_mail(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    user = UserFactory.create()
    forged = Client(headers={"x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"})
    assert forged.post("/accounts/password/reset/", {"email": user.email}).status_code == 302
    (message,) = mail.outbox
    assert "http://testserver/accounts/" in message.body
    assert "evil.example" not in message.body
    refused = Client(headers={"host": "evil.example"}, raise_request_exception=False)
    assert refused.post("/accounts/password/reset/", {"email": user.email}).status_code == 400
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("proxies", "limited"), [(0, True), (1, False)])
def test_a_forged_address_escapes_no_limit(settings: Settings, proxies: int, limited: bool) -> None:
    """Without a proxy of ours X-Forwarded-For is what the caller likes; with one, its last entry is true."""
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answers = [
        Client().post(
            "/accounts/password/reset/",
            {"email": f"nobody{number}@example.com"},
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
        for number in range(30)
    ]
    assert (429 in {answer.status_code for answer in answers}) is limited
