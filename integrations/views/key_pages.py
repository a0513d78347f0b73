"""What the pages of a key do, whether it is reached under its store or under its organization."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first, is_fresh
from backoffice.tenancy.access import OrganizationRequest
from backoffice.tenancy.models import Store
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.api_keys import change, reveal, revoke, roll
from integrations.key_forms import KeyForm, OrganizationKeyForm, RollKeyForm
from integrations.key_rows import KeyRow, key_rows
from integrations.models import ApiKey

#: By whose clock the days of a key that opens several stores end.
UTC = ZoneInfo("UTC")


def row_of(request: OrganizationRequest, key: ApiKey, store: Store | None) -> KeyRow:
    (row,) = key_rows([key], organization=request.organization, store=store)
    return row


def detail(
    request: OrganizationRequest, key: ApiKey, *, store: Store | None, template: str, may_manage: bool
) -> HttpResponse:
    return page(request, template, _context(request, key, store) | {"may_manage": may_manage, "text": ""})


def show(request: OrganizationRequest, key: ApiKey, *, store: Store | None, template: str) -> HttpResponseBase:
    """The key's text in its place, after the password was confirmed; an HTMX request gets that place alone."""
    context = _context(request, key, store)
    if first := confirm_first(request, then=context["row"].links.detail):
        return first
    context |= {"may_manage": True, "text": reveal(key=key, by=request.user)}
    return page(request, template, context, partial="key_text")


def _context(request: OrganizationRequest, key: ApiKey, store: Store | None) -> dict[str, Any]:
    return {
        "row": row_of(request, key, store),
        "fresh": is_fresh(request),
        "fresh_minutes": settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60,
        "api_url": f"{settings.PUBLIC_URL}/api/v1/",
    }


def change_page(request: OrganizationRequest, key: ApiKey, *, store: Store | None, template: str) -> HttpResponseBase:
    row = row_of(request, key, store)
    form = form_for(request, key=key)
    if request.method == "POST" and form.is_valid():
        change(key=key, wishes=form.wishes(), by=request.user)
        toasts.success(request, _("The key “%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(row.links.detail, status=303)
    return page(request, template, {"form": form, "row": row}, status=422 if form.is_bound else 200)


def form_for(request: OrganizationRequest, *, key: ApiKey) -> KeyForm:
    data = request.POST if request.method == "POST" else None
    if key.store is not None:
        return KeyForm(data, zone=ZoneInfo(key.store.timezone), key=key)
    return OrganizationKeyForm(data, organization=request.organization, zone=UTC, key=key)


def roll_page(request: OrganizationRequest, key: ApiKey, *, store: Store | None, template: str) -> HttpResponseBase:
    row = row_of(request, key, store)
    if first := confirm_first(request, then=request.path):
        return first
    form = RollKeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        new = roll(key=key, overlap=form.overlap_time, by=request.user).row
        toasts.success(
            request, _("The key “%(name)s” was rolled. Press Show to read the new one.") % {"name": key.name}
        )
        return HttpResponseRedirect(row_of(request, new, store).links.detail, status=303)
    return page(request, template, {"form": form, "row": row}, status=422 if form.is_bound else 200)


def revoke_page(request: OrganizationRequest, key: ApiKey, *, store: Store | None, template: str) -> HttpResponseBase:
    row = row_of(request, key, store)
    if request.method != "POST":
        return page(request, template, {"row": row})
    revoke(key=key, by=request.user)
    toasts.success(
        request, _("The key “%(name)s” was revoked. Calls with it are refused from now on.") % {"name": key.name}
    )
    return HttpResponseRedirect(row.links.listed, status=303)
