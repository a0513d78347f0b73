"""A row of every model that the admin site shows, for tests that walk its pages."""

from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Mail
from integrations.models import Consent, IntegrationSecret, ProviderListing
from licensing.models import BillingAccount, Notice
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory
from tests.factories.licensing import CouponFactory, LicensedStoreFactory, OrderFactory, hub_on_sale
from tests.factories.tenancy import MemberFactory, StoreGroupFactory
from tests.factories.webhooks import AttemptFactory, CustomerErasureFactory
from tests.webhooks.keys import text_of
from webhooks.models import HourlyFigures, IdempotencyKey

WHEN = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def one_of_everything() -> str:
    """One organization, licensed and at work; the answer is the text of its API key, which no page may show."""
    hub_on_sale()
    store = LicensedStoreFactory.create(name="Harbor Street Albany", organization__name="Harbor Street")
    organization = store.organization
    owner = MemberFactory.create(owner=True, organization=organization).user
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True)
    Group.objects.create(name="Support, first line")
    StoreGroupFactory.create(organization=organization).stores.add(store)
    record(action="store.renamed", by=owner, store=store, target=store, changes={"name": ["Albany", store.name]})
    Mail.objects.create(
        organization=organization,
        store=store,
        user=owner,
        kind="endpoint_failing",
        about="1",
        due_at=WHEN,
        expires_at=WHEN,
    )

    BillingAccount.objects.create(organization=organization)
    CouponFactory.create()
    OrderFactory.create(organization=organization)
    Notice.objects.create(organization=organization, user=owner, kind=Notice.Kind.values[0], about="2026-12-01")

    integration = IntegrationFactory.create(store=store)
    ProviderListing.objects.get_or_create(slug=integration.provider_slug)
    Consent.objects.create(
        integration=integration,
        store=store,
        provider_slug=integration.provider_slug,
        terms_version="1",
        terms_sha256="0" * 64,
        accepted_by=owner,
    )
    IntegrationSecret.objects.create(integration=integration, name="token", ciphertext=b"x", hint="4f2a", set_by=owner)

    attempt = AttemptFactory.create(delivery__event__store=store)
    HourlyFigures.objects.create(endpoint=attempt.delivery.endpoint, hour=WHEN, succeeded=3)
    IdempotencyKey.objects.create(store=store, key="first-order", body_sha256=b"\x00" * 32, answer="{}")
    CustomerErasureFactory.create(organization=organization, orders=2, events=3)
    return text_of(ApiKeyFactory.create(store=store))
