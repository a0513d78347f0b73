"""Putting the setup checklist aside."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from integrations import checklist
from licensing.entitlements import has_hub


@store_view(Permission.HUB_VIEW, methods=("POST",))
def dismiss_checklist(request: StoreRequest) -> HttpResponseBase:
    licensed = has_hub(request.store.pk)
    checklist.dismiss(store=request.store, member=request.member, licensed=licensed, by=request.user)
    toasts.success(request, _("The setup steps are put away. They come back if one of them is undone."))
    place = [request.organization.slug, request.store.code]
    return HttpResponseRedirect(reverse("integrations:hub", args=place), status=303)
