from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LicensingConfig(AppConfig):
    name = "licensing"
    verbose_name = _("Licensing")

    def ready(self) -> None:
        from backoffice.tenancy.history_words import register_words
        from backoffice.tenancy.mails.outbox import register_kinds
        from backoffice.tenancy.mails.topics import register_topics
        from licensing.history_words import in_words
        from licensing.notices import KINDS, TOPICS

        register_words(in_words)
        register_topics(*TOPICS)
        register_kinds(*KINDS.values())
