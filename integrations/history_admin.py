"""Admin pages that show what the product's own actions have made of a row."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from backoffice.database.identifiers import parse_public_id


class HistoryAdmin(admin.ModelAdmin[Any]):
    """Read only, and found by the ids that pages and the API show; what changes them runs through the product's own actions."""

    id_prefix = ""
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        try:
            return queryset.filter(pk=parse_public_id(self.id_prefix, search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("organization"), ordering="store__organization__name")
    def organization(self, row: Any) -> str:
        return str(row.store.organization)
