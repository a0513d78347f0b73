from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DatabaseConfig(AppConfig):
    name = "backoffice.database"
    label = "database"

    def ready(self) -> None:
        from backoffice.database.roles import grant_after_migrate

        post_migrate.connect(grant_after_migrate, sender=self)
