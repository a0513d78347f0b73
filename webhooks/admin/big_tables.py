"""What admin pages of tables with millions of rows have in common: nothing is counted, nothing is altered, ids are found."""

import uuid
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.accounts.models import User
from backoffice.database.identifiers import parse_public_id, public_id
from backoffice.tenancy.admin_filters import BoundedPaginator

M = TypeVar("M", bound=models.Model)


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """History is looked at: no form adds, changes or deletes it, and no list counts it."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class BigTableAdmin(ReadOnlyAdmin[M]):
    """Searched by exact ids, each through its index: `id_searches` maps a public id's prefix to the column it stands for."""

    list_per_page = 50
    ordering = ("-id",)
    search_fields = ("=pk",)
    id_searches: ClassVar[dict[str, str]] = {}
    #: Columns of text that a term which is no id is looked for in, as a whole.
    text_searches: ClassVar[tuple[str, ...]] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        for prefix, column in self.id_searches.items():
            try:
                return queryset.filter(**{column: parse_public_id(prefix, term)}), False
            except ValueError:
                continue
        try:
            return queryset.filter(pk=uuid.UUID(term)), False
        except ValueError:
            pass
        matches = models.Q(pk__in=[])
        for column in self.text_searches:
            matches |= models.Q(**{column: term})
        return queryset.filter(matches), False


def link_to(model: str, pk: object, text: object) -> SafeString:
    """A link to a row's page in the admin; `model` is its lower-case name in this app."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:webhooks_{model}_change", args=[pk]), text)


def link_to_list(model: str, text: object, **filters: object) -> SafeString:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:webhooks_{model}_changelist"), query, text)


def id_link(model: str, prefix: str, pk: uuid.UUID | None) -> SafeString | str:
    return link_to(model, pk, public_id(prefix, pk)) if pk else "—"


def staff(request: HttpRequest) -> User | None:
    """Who acts, for the audit row."""
    return request.user if isinstance(request.user, User) else None
