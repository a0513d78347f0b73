"""Support signed in as a customer, as its pages do it."""

import time

from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import User
from tests.factories.accounts import UserFactory

REASON = "Ticket 4711"
STOP = "/support/stop/"


def question(customer: User) -> str:
    return reverse("admin:accounts_user_impersonate", args=[customer.pk])


def fresh(support: User, *, enforce_csrf_checks: bool = False) -> Client:
    """A client of somebody who has confirmed the password just now."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(support)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(support.pk)
    session.save()
    return client


def started(client: Client, customer: User, *, reason: str = REASON) -> bool:
    """Whether the button has led on to the customer's start page."""
    answer = client.post(question(customer), {"user_pk": customer.pk, "reason": reason})
    return answer.status_code == 302 and answer["Location"] == "/"


def impersonating(customer: User, support: User | None = None) -> Client:
    client = fresh(support or UserFactory.create(support=True))
    assert started(client, customer)
    return client


def identity(client: Client) -> int | None:
    """The number of whom the next page is for."""
    client.get("/")
    found = client.session.get("_auth_user_id")
    return int(found) if found else None
