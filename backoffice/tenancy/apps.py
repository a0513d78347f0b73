from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenancyConfig(AppConfig):
    name = "backoffice.tenancy"
    label = "tenancy"
    verbose_name = _("Organizations")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from backoffice.tenancy import impersonation

        user_logged_out.connect(impersonation.end_with_session, dispatch_uid="tenancy.impersonation_ends")
