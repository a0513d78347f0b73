"""Admin pages that leave an audit row for whatever they add, change or delete."""

from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from backoffice.accounts.models import User
from backoffice.tenancy import audit
from backoffice.tenancy.models import Organization, Store

M = TypeVar("M", bound=models.Model)

#: Columns that are secrets, whatever their model; columns of bytes hold ciphertext and hashes and are secrets too.
SECRET_FIELDS = frozenset({"password"})


class AuditedAdmin(admin.ModelAdmin[M]):
    """Every admin page that can write is one of these.

    What its forms and those of its inlines save is compared with the database and recorded in the same transaction. A subclass whose
    `save_model`, `delete_model` or `delete_queryset` runs an action of the product, which leaves its own row, does not call `super()` there.
    """

    #: What the action of the product in `save_model` may refuse with: it is said in its words, and nothing is said to be saved.
    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self.refusals as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        form.values_before = _stored_values(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = getattr(form, "values_before", None)
        links_before = _linked_values(form.instance)
        inlines_before = {id(formset): _stored_rows(formset) for formset in formsets}
        super().save_related(request, form, formsets, change)
        if before is not None:
            linked = _differences(links_before, _linked_values(form.instance))
            changes = _differences(before, _values(form.instance)) | linked
            if changes or not change:
                record_in_admin(request, form.instance, "changed" if change else "created", changes)
        for formset in formsets:
            _record_inline(request, formset, inlines_before[id(formset)])

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        with transaction.atomic():
            record_in_admin(request, obj, "deleted")
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        with transaction.atomic():
            for obj in queryset:
                record_in_admin(request, obj, "deleted")
            super().delete_queryset(request, queryset)


def record_in_admin(
    request: HttpRequest, target: models.Model, what: str, changes: dict[str, Any] | None = None
) -> None:
    """One audit row by the support staff who sent `request`; `what` is a past participle. The row names the target's tenant if it has one."""
    audit.record(
        action=f"{target._meta.model_name}.{what}",
        by=staff(request),
        target=target,
        organization=_organization_of(target),
        store=_store_of(target),
        changes=changes,
    )


def staff(request: HttpRequest) -> User | None:
    """Who acts on an admin page."""
    return request.user if isinstance(request.user, User) else None


def _record_inline(request: HttpRequest, formset: Any, before: dict[Any, dict[str, Any]]) -> None:
    for obj in formset.new_objects:
        record_in_admin(request, obj, "created", _differences({}, _values(obj)))
    for obj, _fields in formset.changed_objects:
        record_in_admin(request, obj, "changed", _differences(before.get(obj.pk, {}), _values(obj)))
    for obj in formset.deleted_objects:
        record_in_admin(request, obj, "deleted")


def _organization_of(target: models.Model) -> Organization | None:
    found = target if isinstance(target, Organization) else getattr(target, "organization", None)
    return found if isinstance(found, Organization) else None


def _store_of(target: models.Model) -> Store | None:
    found = target if isinstance(target, Store) else getattr(target, "store", None)
    return found if isinstance(found, Store) else None


def _stored_rows(formset: Any) -> dict[Any, dict[str, Any]]:
    rows: QuerySet[models.Model] = QuerySet(formset.model)
    return {row.pk: _values(row) for row in rows.filter(pk__in=[row.pk for row in formset.queryset])}


def _stored_values(obj: models.Model) -> dict[str, Any]:
    try:
        return _values(QuerySet(type(obj)).get(pk=obj.pk))
    except ObjectDoesNotExist:
        return {}


def _values(obj: models.Model) -> dict[str, Any]:
    return {field.name: field.value_from_object(obj) for field in obj._meta.concrete_fields if not field.primary_key}


def _linked_values(obj: models.Model) -> dict[str, list[str]]:
    return {
        field.name: sorted(str(pk) for pk in getattr(obj, field.name).values_list("pk", flat=True))
        for field in obj._meta.many_to_many
    }


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed, in the form that the audit table keeps: `[before, after]`, a new row's values alone, or "replaced" for a secret."""
    changes: dict[str, Any] = {}
    for name, value in after.items():
        if name in before and before[name] == value:
            continue
        if name in SECRET_FIELDS or isinstance(value, bytes | memoryview):
            changes[name] = "replaced"
        elif name in before:
            changes[name] = [_plain(before[name]), _plain(value)]
        elif value not in (None, "", []):
            changes[name] = _plain(value)
    return changes


def _plain(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
