"""Which terms were accepted for which integration, and whether they are still the present ones."""

import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from integrations.contract import Provider
from integrations.models import Consent, Integration


class NewTerms(Exception):
    """The provider's terms changed since they were accepted for this integration."""


def accepted_terms(integrations: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The hash of the terms last accepted, by integration, in one query."""
    found = Consent.objects.filter(integration__in=integrations).order_by("integration_id", "-id")
    return dict(found.distinct("integration_id").values_list("integration_id", "terms_sha256"))


def are_new(provider: Provider | None, accepted: str | None) -> bool:
    """Whether the provider's terms are others than the accepted ones. Where nothing is on record, nobody is asked again."""
    return provider is not None and accepted is not None and accepted != provider.terms.sha256


def must_accept(integration: Integration, provider: Provider) -> bool:
    """Whether somebody has to read and accept the terms before this integration is changed. Orders flow meanwhile."""
    return are_new(provider, accepted_terms([integration.pk]).get(integration.pk))


def require_accepted(integration: Integration, provider: Provider) -> None:
    """Raises NewTerms."""
    if must_accept(integration, provider):
        raise NewTerms(
            _("The terms of %(provider)s have changed. Read and accept them first.") % {"provider": provider.name}
        )


def consent_to(*, integration: Integration, provider: Provider, by: User, address: str | None) -> Consent:
    """A consent of `by`, from `address`, to the terms as they are now. Not stored yet."""
    return Consent(
        integration=integration,
        store_id=integration.store_id,
        provider_slug=provider.slug,
        terms_version=provider.terms.version,
        terms_sha256=provider.terms.sha256,
        accepted_by=by,
        address=address,
    )


@transaction.atomic
def accept_again(*, integration: Integration, provider: Provider, by: User, address: str | None) -> Consent:
    """Record that `by` accepts the present terms for an integration that was added under others; the older consent stays."""
    consent = consent_to(integration=integration, provider=provider, by=by, address=address)
    consent.save(force_insert=True)
    changes = {"terms_version": consent.terms_version, "terms_sha256": consent.terms_sha256}
    record(action="integration.terms_accepted", by=by, store=integration.store, target=integration, changes=changes)
    return consent
