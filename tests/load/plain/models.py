"""Ordinary tables: a store and its endpoints, events, deliveries, attempts."""

import uuid
from typing import ClassVar

from django.db import models


class Store(models.Model):
    """One store, found by the hash of its API key."""

    key_hash = models.CharField(max_length=64, unique=True)

    objects: ClassVar[models.Manager["Store"]] = models.Manager()


class Endpoint(models.Model):
    """Where a store's events go, and the secret that signs them."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    url = models.TextField()
    secret = models.CharField(max_length=100)
    enabled = models.BooleanField(default=True)

    objects: ClassVar[models.Manager["Endpoint"]] = models.Manager()


class Event(models.Model):
    """An order event as it was posted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    type = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Event"]] = models.Manager()


class Delivery(models.Model):
    """One event on its way to one endpoint."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, default="due", db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["Delivery"]] = models.Manager()


class Attempt(models.Model):
    """One try, with what was sent and what came back."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE)
    status = models.PositiveSmallIntegerField(null=True)
    request_headers = models.JSONField()
    response_body = models.TextField()
    error = models.TextField(default="")
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Attempt"]] = models.Manager()


class BareRow(models.Model):
    """The one row that the bare view inserts."""

    payload = models.JSONField()

    objects: ClassVar[models.Manager["BareRow"]] = models.Manager()
