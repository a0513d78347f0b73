from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "backoffice.accounts"
    label = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed
        from django.contrib.auth.signals import user_logged_in

        from backoffice.accounts import sessions

        user_logged_in.connect(sessions.begin, dispatch_uid="accounts.session_begins")
        authentication_step_completed.connect(sessions.renew, dispatch_uid="accounts.session_renewed")
