"""Addresses of organizations and stores."""

from django.urls import path

from backoffice.tenancy.views.groups import group, group_delete, group_rename, groups
from backoffice.tenancy.views.history import history, history_csv
from backoffice.tenancy.views.organization import organization
from backoffice.tenancy.views.start import start
from backoffice.tenancy.views.store import store

app_name = "tenancy"

urlpatterns = [
    path("", start, name="start"),
    path("o/<slug:organization>/", organization, name="organization"),
    path("o/<slug:organization>/history/", history, name="history"),
    path("o/<slug:organization>/history.csv", history_csv, name="history_csv"),
    path("o/<slug:organization>/groups/", groups, name="groups"),
    path("o/<slug:organization>/groups/<str:group>/", group, name="group"),
    path("o/<slug:organization>/groups/<str:group>/rename", group_rename, name="group_rename"),
    path("o/<slug:organization>/groups/<str:group>/delete", group_delete, name="group_delete"),
    path("o/<slug:organization>/s/<slug:store>/", store, name="store"),
]
