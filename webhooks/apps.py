from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        from backoffice.security.encrypted_columns import register_columns
        from backoffice.tenancy.history_words import register_names
        from backoffice.tenancy.mails.outbox import register_kinds
        from backoffice.tenancy.mails.topics import register_topics
        from backoffice.web.health import register_check
        from backoffice.web.metrics import register_metrics
        from integrations.order_events import register_order_events
        from integrations.order_health import register_orders_out
        from integrations.setup_facts import register_setup_facts
        from integrations.subscribers import on_integration_changed, on_provider_switched_on
        from licensing.subscribers import on_hub_licensed, on_store_ended
        from webhooks import endpoint_secrets
        from webhooks.ending import end_store
        from webhooks.erasure import identities
        from webhooks.history_words import NAMES
        from webhooks.hub_orders import HubOrders
        from webhooks.integration_endpoints import follow
        from webhooks.integration_health import HubHealth
        from webhooks.metrics import engine_metrics
        from webhooks.owner_mail import KINDS, TOPICS
        from webhooks.parking import unpark_provider, unpark_stores
        from webhooks.readiness import deliveries_problem
        from webhooks.setup import facts

        on_integration_changed(follow)
        register_order_events(HubOrders())
        register_orders_out(HubHealth())
        register_setup_facts(facts)
        on_hub_licensed(unpark_stores)
        on_store_ended(end_store)
        on_provider_switched_on(unpark_provider)
        register_check("deliveries", deliveries_problem)
        register_metrics(engine_metrics)
        register_columns(endpoint_secrets.KEY_COLUMN, endpoint_secrets.HEADERS_COLUMN, identities.COLUMN)
        register_names(NAMES)
        register_topics(*TOPICS)
        register_kinds(*KINDS.values())
