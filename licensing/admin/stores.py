"""Stores in the admin site, with closing and opening: here and not where stores are registered, since their seats go with it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from backoffice.tenancy.admin import StoreAdmin
from backoffice.tenancy.audited_admin import staff
from backoffice.tenancy.models import Store
from licensing.closing import TooLateError, close_store, reopen_store

admin.site.unregister(Store)


@admin.register(Store)
class ClosableStoreAdmin(StoreAdmin):
    actions: Any = ("close", "reopen")

    @admin.action(
        description=gettext_lazy("Close the chosen stores: their hubs stop, their licenses are free"),
        permissions=["change"],
    )
    def close(self, request: HttpRequest, queryset: QuerySet[Store]) -> None:
        stores = list(queryset.filter(closed_at__isnull=True).order_by("pk"))
        for store in stores:
            close_store(store=store, by=staff(request))
        said = ngettext("%(count)d store was closed.", "%(count)d stores were closed.", len(stores))
        self.message_user(request, said % {"count": len(stores)}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Open the chosen stores again"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Store]) -> None:
        opened = 0
        for store in queryset.filter(closed_at__isnull=False).order_by("pk"):
            try:
                reopen_store(store=store, by=staff(request))
                opened += 1
            except TooLateError as error:
                self.message_user(request, f"{store}: {error}", messages.WARNING)
        said = ngettext(
            "%(count)d store was opened again. Give it a license to have its hub back.",
            "%(count)d stores were opened again. Give them licenses to have their hubs back.",
            opened,
        )
        self.message_user(request, said % {"count": opened}, messages.SUCCESS)
