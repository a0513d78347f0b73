"""The page that says why support is refused."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.tenancy import MemberFactory
from tests.tenancy.impersonating import impersonating

pytestmark = pytest.mark.django_db

PAGE = "/support/refused/"


def test_it_says_why_and_what_to_do() -> None:
    page = impersonating(MemberFactory.create(owner=True).user).get(reverse("tenancy:support_refused"))
    assert page.status_code == 200
    assert "Secrets stay hidden" in page.text
    assert "Ask Olivia Owner to do it, signed in with their own password." in page.text


def test_nobody_else_is_told(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    client.force_login(MemberFactory.create().user)
    assert client.get(PAGE)["Location"] == "/"
    assert client.post(PAGE).status_code == 405
