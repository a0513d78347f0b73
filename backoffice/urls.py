"""Every address of the product."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

handler400 = "backoffice.web.errors.handler400"
handler403 = "backoffice.web.errors.handler403"
handler404 = "backoffice.web.errors.handler404"
handler429 = "backoffice.web.errors.handler429"
handler500 = "backoffice.web.errors.handler500"

# Support staff sign in where everyone does, under the same rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("backoffice.web.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("webhooks.api.urls")),
    path("", include("backoffice.tenancy.urls")),
    path("", include("licensing.urls")),
    path("", include("integrations.urls")),
    path("", include("webhooks.urls")),
]
