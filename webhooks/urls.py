"""Addresses of the order webhook pages."""

from django.urls import include, path

from webhooks.views.customer_erasure import customer_erasure, customer_erasure_cancel, customer_erasure_confirm
from webhooks.views.customer_erasures import customer_erasures
from webhooks.views.deliveries import deliveries
from webhooks.views.deliveries_csv import deliveries_csv
from webhooks.views.delivery import delivery, delivery_body, delivery_resend, delivery_retry, delivery_stop
from webhooks.views.endpoint import endpoint, endpoint_pause, endpoint_resume, endpoint_secret
from webhooks.views.endpoint_add import endpoint_add
from webhooks.views.endpoint_delete import endpoint_delete
from webhooks.views.endpoint_edit import endpoint_edit
from webhooks.views.endpoint_event import endpoint_event
from webhooks.views.endpoint_recover import endpoint_recover
from webhooks.views.endpoint_roll import endpoint_roll
from webhooks.views.endpoint_test import endpoint_test
from webhooks.views.endpoints import endpoints
from webhooks.views.organization_endpoint import (
    organization_endpoint,
    organization_endpoint_pause,
    organization_endpoint_resume,
    organization_endpoint_secret,
    organization_endpoint_test,
    organization_signing_key_revoke,
)
from webhooks.views.organization_endpoint_add import organization_endpoint_add
from webhooks.views.organization_endpoint_delete import organization_endpoint_delete
from webhooks.views.organization_endpoint_edit import organization_endpoint_edit
from webhooks.views.organization_endpoint_recover import organization_endpoint_recover
from webhooks.views.organization_endpoint_roll import organization_endpoint_roll
from webhooks.views.organization_endpoints import organization_endpoints
from webhooks.views.receiving import receiving
from webhooks.views.signing_key_revoke import signing_key_revoke
from webhooks.views.store_export import store_export
from webhooks.views.try_order import try_order

app_name = "webhooks"

store_patterns = [
    path("", endpoints, name="endpoints"),
    path("add/", endpoint_add, name="endpoint_add"),
    path("receiving/", receiving, name="receiving"),
    path("endpoints/<slug:endpoint>/", endpoint, name="endpoint"),
    path("endpoints/<slug:endpoint>/edit/", endpoint_edit, name="endpoint_edit"),
    path("endpoints/<slug:endpoint>/delete/", endpoint_delete, name="endpoint_delete"),
    path("endpoints/<slug:endpoint>/event/", endpoint_event, name="endpoint_event"),
    path("endpoints/<slug:endpoint>/test/", endpoint_test, name="endpoint_test"),
    path("endpoints/<slug:endpoint>/pause/", endpoint_pause, name="endpoint_pause"),
    path("endpoints/<slug:endpoint>/resume/", endpoint_resume, name="endpoint_resume"),
    path("endpoints/<slug:endpoint>/secret/", endpoint_secret, name="endpoint_secret"),
    path("endpoints/<slug:endpoint>/roll/", endpoint_roll, name="endpoint_roll"),
    path("endpoints/<slug:endpoint>/recover/", endpoint_recover, name="endpoint_recover"),
    path("signing-keys/<slug:signing_key>/revoke/", signing_key_revoke, name="signing_key_revoke"),
    path("deliveries/", deliveries, name="deliveries"),
    path("deliveries.csv", deliveries_csv, name="deliveries_csv"),
    path("deliveries/<slug:delivery>/", delivery, name="delivery"),
    path("deliveries/<slug:delivery>/body/", delivery_body, name="delivery_body"),
    path("deliveries/<slug:delivery>/resend/", delivery_resend, name="delivery_resend"),
    path("deliveries/<slug:delivery>/retry/", delivery_retry, name="delivery_retry"),
    path("deliveries/<slug:delivery>/stop/", delivery_stop, name="delivery_stop"),
]

organization_patterns = [
    path("", organization_endpoints, name="organization_endpoints"),
    path("add/", organization_endpoint_add, name="organization_endpoint_add"),
    path("<slug:shared>/", organization_endpoint, name="organization_endpoint"),
    path("<slug:shared>/edit/", organization_endpoint_edit, name="organization_endpoint_edit"),
    path("<slug:shared>/delete/", organization_endpoint_delete, name="organization_endpoint_delete"),
    path("<slug:shared>/roll/", organization_endpoint_roll, name="organization_endpoint_roll"),
    path("<slug:shared>/recover/", organization_endpoint_recover, name="organization_endpoint_recover"),
    path("<slug:shared>/secret/", organization_endpoint_secret, name="organization_endpoint_secret"),
    path("<slug:shared>/pause/", organization_endpoint_pause, name="organization_endpoint_pause"),
    path("<slug:shared>/resume/", organization_endpoint_resume, name="organization_endpoint_resume"),
    path("<slug:shared>/test/", organization_endpoint_test, name="organization_endpoint_test"),
    path(
        "signing-keys/<slug:shared_key>/revoke/",
        organization_signing_key_revoke,
        name="organization_signing_key_revoke",
    ),
]

urlpatterns = [
    path("o/<slug:organization>/webhooks/", include(organization_patterns)),
    path("o/<slug:organization>/s/<slug:store>/hub/api-keys/<slug:key>/try/", try_order, name="try_order"),
    path("o/<slug:organization>/s/<slug:store>/hub/webhooks/", include(store_patterns)),
    path("o/<slug:organization>/customers/", customer_erasures, name="customer_erasures"),
    path("o/<slug:organization>/customers/<slug:erasure>/", customer_erasure, name="customer_erasure"),
    path(
        "o/<slug:organization>/customers/<slug:erasure>/confirm/",
        customer_erasure_confirm,
        name="customer_erasure_confirm",
    ),
    path(
        "o/<slug:organization>/customers/<slug:erasure>/cancel/",
        customer_erasure_cancel,
        name="customer_erasure_cancel",
    ),
    path("o/<slug:organization>/s/<slug:store>/export/", store_export, name="store_export"),
]
