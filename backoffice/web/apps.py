"""The web app: page plumbing that every other app may import."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from backoffice.web import checks


class WebConfig(AppConfig):
    name = "backoffice.web"
    label = "web"
    verbose_name = _("Web")

    def ready(self) -> None:
        register(checks.brand)
