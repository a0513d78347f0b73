"""Groups of stores: the list, and one group with its name and its stores."""

import uuid

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Store, StoreGroup
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.store_groups import add_group, change_stores, delete_group, rename_group, stores_by_code
from backoffice.web import toasts
from backoffice.web.lists import keyset_page, searched
from backoffice.web.pages import page


@organization_view(Permission.STORE_MANAGE, methods=("GET", "POST"))
def groups(request: OrganizationRequest) -> HttpResponseBase:
    """The groups by name; a post makes a new one and opens it."""
    name, error = request.POST.get("name", ""), ""
    if request.method == "POST":
        try:
            made = add_group(organization=request.organization, name=name, by=request.user)
        except ValidationError as problem:
            error = problem.messages[0]
        else:
            return redirect("tenancy:group", organization=request.organization.slug, group=made.public_id)
    listed = StoreGroup.objects.filter(organization=request.organization).annotate(size=Count("stores"))
    found = keyset_page(listed, order_by=["name"], cursor=request.GET.get("cursor"))
    context = {"page": found, "name": name, "error": error}
    return page(request, "tenancy/groups.html", context, status=422 if error else 200)


@organization_view(Permission.STORE_MANAGE, methods=("GET", "POST"))
def group(request: OrganizationRequest, group: str) -> HttpResponseBase:
    """The stores that are in the group or could be, searched; a post moves those of the page, or by code, or all that match."""
    found_group = _group(request, group)
    words = searched(request.GET)
    member_of = StoreGroup.stores.through.objects.filter(storegroup=found_group, store=OuterRef("pk"))
    stores = request.member.stores().annotate(inside=Exists(member_of))
    if words:
        stores = stores.filter(Q(name__icontains=words) | Q(code__icontains=words))
    if request.GET.get("show") == "in":
        stores = stores.filter(Exists(member_of))
    if request.method == "POST":
        return _change(request, found_group, stores)
    found = keyset_page(stores, order_by=["name"], cursor=request.GET.get("cursor"))
    context = {
        "group": found_group,
        "page": found,
        "q": words,
        "show": request.GET.get("show", ""),
        "size": found_group.stores.count(),
        "matching": stores.count(),
    }
    return page(request, "tenancy/group.html", context)


@organization_view(Permission.STORE_MANAGE, methods=("GET", "POST"))
def group_delete(request: OrganizationRequest, group: str) -> HttpResponseBase:
    found_group = _group(request, group)
    if request.method == "GET":
        return page(request, "tenancy/group_delete.html", {"group": found_group, "size": found_group.stores.count()})
    delete_group(group=found_group, by=request.user)
    toasts.success(request, _("Group deleted. Its stores stay as they are."))
    return redirect("tenancy:groups", organization=request.organization.slug)


@organization_view(Permission.STORE_MANAGE, methods=("POST",))
def group_rename(request: OrganizationRequest, group: str) -> HttpResponseBase:
    found_group = _group(request, group)
    try:
        rename_group(group=found_group, name=request.POST.get("name", ""), by=request.user)
    except ValidationError as problem:
        toasts.error(request, problem.messages[0])
    else:
        toasts.success(request, _("Group renamed"))
    return redirect("tenancy:group", organization=request.organization.slug, group=group)


def _change(request: OrganizationRequest, group: StoreGroup, matching: QuerySet[Store]) -> HttpResponseBase:
    unknown: list[str] = []
    out: list[Store] = []
    if request.POST.get("how") == "codes":
        put, unknown = stores_by_code(request.organization, request.POST.get("codes", "")[:1_000_000])
    elif request.POST.get("how") == "all":
        put = list(matching)
    else:
        shown = request.member.stores().in_bulk(_ids(request, "shown"))
        inside = set(_ids(request, "in"))
        put = [store for store in shown.values() if store.pk in inside]
        out = [store for store in shown.values() if store.pk not in inside]
    added, removed = change_stores(group=group, put_in=put, take_out=out, by=request.user)
    _tell(request, added, removed, unknown)
    query = request.GET.urlencode()
    return redirect(f"{request.path}?{query}" if query else request.path)


def _tell(request: OrganizationRequest, added: int, removed: int, unknown: list[str]) -> None:
    words = []
    if added:
        words.append(ngettext("%(count)d store put in.", "%(count)d stores put in.", added) % {"count": added})
    if removed:
        words.append(
            ngettext("%(count)d store taken out.", "%(count)d stores taken out.", removed) % {"count": removed}
        )
    if words or not unknown:
        toasts.success(request, " ".join(words) or _("The group is as it was."))
    if unknown:
        text = ngettext("No store has the code %(codes)s.", "No stores have the codes %(codes)s.", len(unknown))
        more = f" … (+{len(unknown) - 10})" if len(unknown) > 10 else ""
        toasts.warning(request, text % {"codes": ", ".join(unknown[:10]) + more})


def _ids(request: OrganizationRequest, name: str) -> list[uuid.UUID]:
    found = []
    for text in request.POST.getlist(name)[:1000]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _group(request: OrganizationRequest, text: str) -> StoreGroup:
    try:
        pk = parse_public_id("grp", text)
        found = StoreGroup.objects.select_related("organization").get(pk=pk, organization=request.organization)
    except (ValueError, StoreGroup.DoesNotExist):
        raise Http404 from None
    return found
