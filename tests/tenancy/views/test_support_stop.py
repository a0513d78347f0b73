"""Stop, for whoever is signed in as nobody else."""

import pytest
from django.test import Client

from tests.factories.tenancy import MemberFactory
from tests.tenancy.impersonating import STOP

pytestmark = pytest.mark.django_db


def test_it_leads_to_the_start_page(client: Client) -> None:
    member = MemberFactory.create()
    client.force_login(member.user)
    answer = client.post(STOP)
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.session["_auth_user_id"] == str(member.user.pk)


def test_signed_out_and_other_methods(client: Client) -> None:
    assert client.post(STOP)["Location"].startswith("/accounts/login/")
    client.force_login(MemberFactory.create().user)
    assert client.get(STOP).status_code == 405
