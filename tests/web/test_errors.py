"""Error pages look like the product, say what to do and name the request."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from backoffice.web.errors import csrf_failure, error_page, handler429, method_not_allowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gallery")]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 422, 429, 500])
def test_page(signed_in: Client, status: int) -> None:
    signed_in.raise_request_exception = False
    response = signed_in.get(f"/gallery/error/{status}/")
    assert response.status_code == status
    assert 'class="brand-name"' in response.text
    assert response["X-Request-ID"] in response.text
    assert "Content-Security-Policy" in response


def test_reason_is_shown(signed_in: Client) -> None:
    assert "Viewers cannot change endpoints." in signed_in.get("/gallery/error/403/").text


def test_unknown_address(signed_in: Client) -> None:
    response = signed_in.get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.text


@pytest.mark.parametrize("status", [400, 500])
def test_needs_no_database(rf: RequestFactory, status: int, django_assert_num_queries: object) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("the session was asked")

    request: HttpRequest = rf.get("/")
    request.user = Broken()  # type: ignore[assignment]
    request.session = Broken()  # type: ignore[assignment]
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert error_page(request, status).status_code == status


def test_rate_limit_says_when_to_come_back(rf: RequestFactory) -> None:
    response = handler429(rf.get("/"))
    assert (response.status_code, response["Retry-After"]) == (429, "60")


def test_method_not_allowed_names_the_methods(rf: RequestFactory) -> None:
    assert method_not_allowed(rf.post("/"), allow=("GET", "HEAD"))["Allow"] == "GET, HEAD"


def test_csrf_failure_keeps_the_reason_to_itself(rf: RequestFactory) -> None:
    response = csrf_failure(rf.post("/"), reason="CSRF cookie not set.")
    assert response.status_code == 403
    assert "cookie" not in response.text
    assert "open too long" in response.text


def test_csrf_is_enforced_with_our_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/theme", {"theme": "dark"})
    assert response.status_code == 403
    assert "open too long" in response.text
