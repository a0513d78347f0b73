"""The web app: page plumbing that every other app may import."""

from django.apps import AppConfig
from django.core.checks import register
from django.core.signals import request_finished
from django.utils.translation import gettext_lazy as _

from backoffice.web import checks, log_context, request_id


class WebConfig(AppConfig):
    name = "backoffice.web"
    label = "web"
    verbose_name = _("Web")

    def ready(self) -> None:
        register(checks.brand)
        request_finished.connect(request_id.forget, dispatch_uid="backoffice.web.request_id")
        request_finished.connect(log_context.forget, dispatch_uid="backoffice.web.log_context")
