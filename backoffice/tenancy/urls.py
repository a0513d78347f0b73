"""Addresses of organizations and stores."""

from django.urls import path

from backoffice.tenancy.views.history import history
from backoffice.tenancy.views.organization import organization
from backoffice.tenancy.views.start import start
from backoffice.tenancy.views.store import store

app_name = "tenancy"

urlpatterns = [
    path("", start, name="start"),
    path("o/<slug:organization>/", organization, name="organization"),
    path("o/<slug:organization>/history/", history, name="history"),
    path("o/<slug:organization>/s/<slug:store>/", store, name="store"),
]
