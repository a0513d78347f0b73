from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        from integrations.subscribers import on_integration_changed
        from licensing.subscribers import on_hub_licensed
        from webhooks.integration_endpoints import follow
        from webhooks.parking import unpark_stores

        on_integration_changed(follow)
        on_hub_licensed(unpark_stores)
