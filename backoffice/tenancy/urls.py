"""Addresses of organizations and stores."""

from django.urls import path

from backoffice.tenancy.views.groups import group, group_delete, group_rename, groups
from backoffice.tenancy.views.history import history, history_csv
from backoffice.tenancy.views.mail_choices import mail_choices
from backoffice.tenancy.views.mail_stop import mail_stop
from backoffice.tenancy.views.mails import mails
from backoffice.tenancy.views.organization import organization
from backoffice.tenancy.views.start import start
from backoffice.tenancy.views.store import store
from backoffice.tenancy.views.support_refused import support_refused
from backoffice.tenancy.views.support_stop import support_stop

app_name = "tenancy"

urlpatterns = [
    path("", start, name="start"),
    path("support/refused/", support_refused, name="support_refused"),
    path("support/stop/", support_stop, name="support_stop"),
    path("o/<slug:organization>/", organization, name="organization"),
    path("o/<slug:organization>/history/", history, name="history"),
    path("o/<slug:organization>/history.csv", history_csv, name="history_csv"),
    path("mails/", mails, name="mails"),
    path("mails/stop/<str:token>/", mail_stop, name="mail_stop"),
    path("o/<slug:organization>/mails/", mail_choices, name="mail_choices"),
    path("o/<slug:organization>/groups/", groups, name="groups"),
    path("o/<slug:organization>/groups/<str:group>/", group, name="group"),
    path("o/<slug:organization>/groups/<str:group>/rename", group_rename, name="group_rename"),
    path("o/<slug:organization>/groups/<str:group>/delete", group_delete, name="group_delete"),
    path("o/<slug:organization>/s/<slug:store>/", store, name="store"),
]
