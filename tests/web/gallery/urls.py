"""The gallery's addresses beside those of the page plumbing, of sign-in and of mails, which the layout links to."""

from django.contrib import admin
from django.urls import include, path

from tests.web.gallery import views

handler400 = "backoffice.web.errors.handler400"
handler403 = "backoffice.web.errors.handler403"
handler404 = "backoffice.web.errors.handler404"
handler429 = "backoffice.web.errors.handler429"
handler500 = "backoffice.web.errors.handler500"

urlpatterns = [
    path("", include("backoffice.web.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("tenancy/", include("backoffice.tenancy.urls")),
    path("", views.start, name="start"),
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/form/", views.form, name="gallery_form"),
    path("gallery/live/", views.live, name="gallery_live"),
    path("gallery/private/", views.private, name="gallery_private"),
    path("gallery/toast/", views.toast, name="gallery_toast"),
    path("gallery/move/", views.move, name="gallery_move"),
    path("gallery/error/<int:status>/", views.error, name="gallery_error"),
]
