"""Addresses of the page plumbing: theme, brand stylesheet, health."""

from django.urls import path

from backoffice.web.brand import brand_css
from backoffice.web.health import healthz, readyz
from backoffice.web.metrics import metrics
from backoffice.web.theme import theme

app_name = "web"

urlpatterns = [
    path("theme", theme, name="theme"),
    path("brand.css", brand_css, name="brand_css"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
