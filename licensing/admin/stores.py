"""Stores in the admin site, with closing and opening: here and not where stores are registered, since their seats go with it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        for store in queryset.order_by("pk"):
            close_store(store=store, by=staff(request))
        self.message_user(request, _("The chosen stores are closed."), messages.SUCCESS)

    @admin.action(description=gettext_lazy("Open the chosen stores again"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Store]) -> None:
        for store in queryset.order_by("pk"):
            try:
                reopen_store(store=store, by=staff(request))
            except TooLateError as error:
                self.message_user(request, f"{store}: {error}", messages.WARNING)
        self.message_user(
            request, _("The others are open; give them licenses to have their hubs back."), messages.SUCCESS
        )
