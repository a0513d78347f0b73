"""The admin site, where support staff see every tenant."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.translation import gettext as _

from backoffice.tenancy.transactions import across_tenants

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SupportSite(admin.AdminSite):
    """Each page is one transaction across tenants, opened once Django has found that staff asks, and rendered inside of it."""

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        @wraps(view)
        def across(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with across_tenants("Support staff act for every customer; what they change is audited."):
                response = view(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return super().admin_view(cast("View", across), cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        name = _("%(brand)s support") % {"brand": settings.BRAND_NAME}
        return {**super().each_context(request), "site_title": name, "site_header": name}


class SupportAdminConfig(AdminConfig):
    default_site = "backoffice.tenancy.admin_site.SupportSite"
