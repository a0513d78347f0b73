"""Addresses of plans and licenses."""

from django.urls import path

from licensing.views.license import license, license_save
from licensing.views.upgrade import upgrade

app_name = "licensing"

urlpatterns = [
    path("o/<slug:organization>/license/", license, name="license"),
    path("o/<slug:organization>/license/save", license_save, name="license_save"),
    path("o/<slug:organization>/s/<slug:store>/upgrade/", upgrade, name="upgrade"),
]
