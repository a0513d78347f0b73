"""Calls of the API pass by what only pages need, and by nothing that protects."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.utils import override_settings

from backoffice.accounts.models import User
from tests.factories.accounts import UserFactory

PROTECTING = (
    "Content-Security-Policy",
    "Permissions-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Request-ID",
)


@pytest.mark.parametrize(("path", "status"), [("/api/v1/store", 401), ("/api/v1/nothing/here", 404)])
def test_a_call_carries_every_header_that_a_page_does(client: Client, db: None, path: str, status: int) -> None:
    call, page = client.get(path), client.get("/accounts/login/")
    assert call.status_code == status
    for name in PROTECTING[:-1]:
        assert call.headers[name] == page.headers[name], name
    assert call.headers["X-Request-ID"] != page.headers["X-Request-ID"]
    assert int(call.headers["Content-Length"]) == len(call.content)
    assert call.headers["Content-Language"] == "en"


def test_a_call_reads_no_session_and_sets_no_cookie(client: Client, db: None) -> None:
    user: User = UserFactory.create()
    client.force_login(user)
    response = client.get("/api/v1/store")
    assert response.status_code == 401
    assert not response.cookies
    assert not hasattr(response.wsgi_request, "session")


@pytest.mark.parametrize("path", ["/api/v1/docs", "/accounts/login/", "/api/v1x"])
def test_pages_go_the_whole_way(client: Client, db: None, path: str) -> None:
    assert hasattr(client.get(path).wsgi_request, "session")


def test_a_host_that_is_not_ours_is_refused(client: Client, db: None) -> None:
    with override_settings(ALLOWED_HOSTS=["ours.example.com"]):
        assert client.get("/api/v1/store", headers={"host": "theirs.example.com"}).status_code == 400


def test_the_prefix_is_where_the_api_is(settings: LazySettings) -> None:
    from django.urls import reverse

    assert reverse("api:root") == settings.API_PREFIX
