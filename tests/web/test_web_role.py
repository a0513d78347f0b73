"""Requests of test clients are served as in production: by a role that sees nothing until a tenant is told."""

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path

from backoffice.tenancy.models import Store
from tests.factories.tenancy import StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def _seen() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return f"{cursor.fetchone()[0]} sees {Store.objects.count()}"


def whole(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"seen": _seen()})


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_seen() for _time in range(2))


urlpatterns = [path("whole/", whole), path("streamed/", streamed)]


def test_by_the_web_role(client: Client) -> None:
    StoreFactory.create()
    assert client.get("/whole/").json() == {"seen": "backoffice_web sees 0"}
    assert _seen() == "backoffice_owner sees 1"


def test_what_is_streamed_as_well(client: Client) -> None:
    StoreFactory.create()
    assert client.get("/streamed/").getvalue() == b"backoffice_web sees 0" * 2
