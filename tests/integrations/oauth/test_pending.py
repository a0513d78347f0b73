"""Authorizations that were begun: those that nobody came back from are forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import AUTHORIZATION_LIFETIME, PendingAuthorization
from integrations.tasks import renew_accounts
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db


def test_those_that_nobody_came_back_from_are_forgotten() -> None:
    late, waiting = (
        PendingAuthorization.objects.create(
            integration=IntegrationFactory.create(),
            user=UserFactory.create(),
            state_sha256=f"{number}" * 64,
            session_sha256="5" * 64,
            verifier=b"sealed",
        )
        for number in range(2)
    )
    too_long_ago = timezone.now() - AUTHORIZATION_LIFETIME - timedelta(seconds=1)
    PendingAuthorization.objects.filter(pk=late.pk).update(begun_at=too_long_ago)

    renew_accounts()

    assert list(PendingAuthorization.objects.all()) == [waiting]
