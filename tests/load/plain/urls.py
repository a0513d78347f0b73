"""Routes of the plain way."""

from django.urls import path

from tests.load.plain import views

urlpatterns = [
    path("orders", views.orders),
    path("bare", views.bare),
]
