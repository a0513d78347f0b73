"""What the hand does with runs of integrations."""

from django.db import transaction
from django.utils import timezone


def seed_run(
    tenant: str, provider: str, values: dict[str, str], secrets: dict[str, str], parameters: dict[str, str]
) -> str:
    """An integration of the tenant's store, set up, and a run that pulls its orders; the run's id."""
    from backoffice.tenancy.models import Store
    from integrations.catalog import all_providers
    from integrations.models import Integration
    from integrations.run_rows import action_of
    from integrations.runs.start import start_run
    from integrations.values import keep_secret

    store = Store.objects.get(organization__slug=tenant)
    with transaction.atomic():
        integration = Integration.objects.create(
            store=store, provider_slug=provider, setting_values=values, settings_saved_at=timezone.now()
        )
        for name, secret in secrets.items():
            keep_secret(integration, name, secret, by=None)
    action = action_of(all_providers()[provider], "pull_orders")
    assert action
    return str(start_run(integration=integration, action=action, parameters=parameters, dry_run=False, by=None).pk)


def tend_runs() -> None:
    """What beat does for runs every half minute."""
    from integrations.tasks import tend_runs

    tend_runs()
