"""Addresses of plans and licenses."""

from django.urls import path

from licensing.views.billing import billing, billing_csv, invoice
from licensing.views.license import license
from licensing.views.license_bulk import license_bulk, license_bulk_stage
from licensing.views.license_draft import license_discard, license_save, license_stage
from licensing.views.license_files import license_apply, license_export, license_import, license_report
from licensing.views.license_history import license_history, license_history_csv
from licensing.views.manage_plan import manage_plan
from licensing.views.plan_level import plan_confirm, plan_level
from licensing.views.store_closing import store_close, store_reopen
from licensing.views.upgrade import upgrade
from licensing.views.your_plan import your_plan

app_name = "licensing"

urlpatterns = [
    path("o/<slug:organization>/license/", license, name="license"),
    path("o/<slug:organization>/license/stage", license_stage, name="license_stage"),
    path("o/<slug:organization>/license/save", license_save, name="license_save"),
    path("o/<slug:organization>/license/discard", license_discard, name="license_discard"),
    path("o/<slug:organization>/license/bulk/", license_bulk, name="license_bulk"),
    path("o/<slug:organization>/license/bulk/stage", license_bulk_stage, name="license_bulk_stage"),
    path("o/<slug:organization>/license/export.csv", license_export, name="license_export"),
    path("o/<slug:organization>/license/import/", license_import, name="license_import"),
    path("o/<slug:organization>/license/import/report/", license_report, name="license_report"),
    path("o/<slug:organization>/license/import/apply", license_apply, name="license_apply"),
    path("o/<slug:organization>/upgrade/", your_plan, name="your_plan"),
    path("o/<slug:organization>/upgrade/manage-plan/", manage_plan, name="manage_plan"),
    path("o/<slug:organization>/upgrade/manage-plan/<slug:level>/", plan_level, name="plan_level"),
    path("o/<slug:organization>/upgrade/manage-plan/<slug:level>/confirm", plan_confirm, name="plan_confirm"),
    path("o/<slug:organization>/upgrade/billing-history/", billing, name="billing"),
    path("o/<slug:organization>/upgrade/billing-history.csv", billing_csv, name="billing_csv"),
    path("o/<slug:organization>/upgrade/billing-history/<slug:invoice>/", invoice, name="invoice"),
    path("o/<slug:organization>/upgrade/license-history/", license_history, name="license_history"),
    path("o/<slug:organization>/upgrade/license-history.csv", license_history_csv, name="license_history_csv"),
    path("o/<slug:organization>/s/<slug:store>/upgrade/", upgrade, name="upgrade"),
    path("o/<slug:organization>/s/<slug:store>/close/", store_close, name="store_close"),
    path("o/<slug:organization>/s/<slug:store>/reopen/", store_reopen, name="store_reopen"),
]
