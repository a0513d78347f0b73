"""Addresses of a store's Integration Hub."""

from django.urls import include, path

from integrations.views.activate import activate
from integrations.views.add_to_stores import add_to_stores
from integrations.views.api_keys import api_keys
from integrations.views.catalog import catalog
from integrations.views.change_key import change_key
from integrations.views.configure import configure
from integrations.views.connection_test import connection_test
from integrations.views.copy_settings import copy_settings
from integrations.views.create_key import create_key
from integrations.views.current import current
from integrations.views.deactivate import deactivate
from integrations.views.detail import detail
from integrations.views.disclaimer import disclaimer
from integrations.views.dismiss_checklist import dismiss_checklist
from integrations.views.guide import guide
from integrations.views.hub import hub
from integrations.views.inbound import inbound
from integrations.views.key import key, show_key
from integrations.views.notification import notification
from integrations.views.oauth_callback import oauth_callback
from integrations.views.oauth_connect import oauth_connect
from integrations.views.oauth_disconnect import oauth_disconnect
from integrations.views.organization_key import organization_key, organization_key_show
from integrations.views.organization_key_change import organization_key_change
from integrations.views.organization_key_create import organization_key_create
from integrations.views.organization_key_revoke import organization_key_revoke
from integrations.views.organization_key_roll import organization_key_roll
from integrations.views.organization_keys import organization_keys
from integrations.views.revoke_key import revoke_key
from integrations.views.roll_key import roll_key
from integrations.views.run import run, run_cancel, run_items, run_retry
from integrations.views.schedule import schedule
from integrations.views.setting_row import check_setting, load_choices
from integrations.views.start_action import start_action
from integrations.views.terms import terms

app_name = "integrations"

store_patterns = [
    path("", hub, name="hub"),
    path("setup/dismiss/", dismiss_checklist, name="dismiss_checklist"),
    path("catalog/", catalog, name="catalog"),
    path("catalog/<slug:provider>/", detail, name="detail"),
    path("catalog/<slug:provider>/guide/", guide, name="guide"),
    path("catalog/<slug:provider>/add/", disclaimer, name="disclaimer"),
    path("catalog/<slug:provider>/add/stores/", add_to_stores, name="add_to_stores"),
    path("integrations/", current, name="current"),
    path("integrations/<slug:integration>/", configure, name="configure"),
    path("integrations/<slug:integration>/deactivate/", deactivate, name="deactivate"),
    path("integrations/<slug:integration>/activate/", activate, name="activate"),
    path("integrations/<slug:integration>/terms/", terms, name="terms"),
    path("integrations/<slug:integration>/start/", start_action, name="start_action"),
    path("integrations/<slug:integration>/schedule/", schedule, name="schedule"),
    path("integrations/<slug:integration>/notification/", notification, name="notification"),
    path("integrations/<slug:integration>/copy/", copy_settings, name="copy_settings"),
    path("integrations/<slug:integration>/check/", check_setting, name="check_setting"),
    path("integrations/<slug:integration>/choices/", load_choices, name="load_choices"),
    path("integrations/<slug:integration>/test/", connection_test, name="connection_test"),
    path("integrations/<slug:integration>/connect/", oauth_connect, name="oauth_connect"),
    path("integrations/<slug:integration>/disconnect/", oauth_disconnect, name="oauth_disconnect"),
    path("runs/<slug:run>/", run, name="run"),
    path("runs/<slug:run>/cancel/", run_cancel, name="run_cancel"),
    path("runs/<slug:run>/retry/", run_retry, name="run_retry"),
    path("runs/<slug:run>/items.csv", run_items, name="run_items"),
    path("api-keys/", api_keys, name="api_keys"),
    path("api-keys/create/", create_key, name="create_key"),
    path("api-keys/<slug:key>/", key, name="key"),
    path("api-keys/<slug:key>/show/", show_key, name="show_key"),
    path("api-keys/<slug:key>/change/", change_key, name="change_key"),
    path("api-keys/<slug:key>/roll/", roll_key, name="roll_key"),
    path("api-keys/<slug:key>/revoke/", revoke_key, name="revoke_key"),
]

organization_patterns = [
    path("", organization_keys, name="organization_keys"),
    path("create/", organization_key_create, name="organization_key_create"),
    path("<slug:key>/", organization_key, name="organization_key"),
    path("<slug:key>/show/", organization_key_show, name="organization_key_show"),
    path("<slug:key>/change/", organization_key_change, name="organization_key_change"),
    path("<slug:key>/roll/", organization_key_roll, name="organization_key_roll"),
    path("<slug:key>/revoke/", organization_key_revoke, name="organization_key_revoke"),
]

urlpatterns = [
    path("o/<slug:organization>/api-keys/", include(organization_patterns)),
    path("o/<slug:organization>/s/<slug:store>/hub/", include(store_patterns)),
    path("integrations/oauth/callback", oauth_callback, name="oauth_callback"),
    path("api/inbound/<slug:token>/", inbound, name="inbound"),
]
