from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = _("Integrations")

    def ready(self) -> None:
        from backoffice.security.encrypted_columns import register_columns
        from backoffice.tenancy.history_words import register_names, register_which
        from backoffice.tenancy.mails.outbox import register_kinds
        from backoffice.tenancy.mails.topics import register_topics
        from integrations import (
            api_keys,
            brand,
            checks,  # noqa: F401  registers the startup checks
            values,
        )
        from integrations.ending import end_store
        from integrations.first_keys import create_first_keys
        from integrations.history_words import NAMES, WHICH
        from integrations.listings import list_every_provider
        from integrations.oauth import pending, revocations
        from integrations.outages import tell
        from integrations.runs import mails, results
        from integrations.schedules.choose import set_defaults
        from integrations.subscribers import on_integration_changed
        from licensing.subscribers import on_hub_licensed, on_store_ended

        register_columns(api_keys.COLUMN, brand.COLUMN, pending.COLUMN, revocations.COLUMN, values.COLUMN)
        register_names(NAMES)
        register_which(WHICH)
        register_topics(*tell.TOPICS, results.TOPIC)
        register_kinds(*tell.KINDS, mails.KIND, results.KIND)
        on_hub_licensed(create_first_keys)
        on_store_ended(end_store)
        on_integration_changed(set_defaults)
        post_migrate.connect(list_every_provider, sender=self)
