"""A tenant with at least one row in every table that belongs to tenants, new tables included."""

import secrets
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from django.apps import apps
from django.db import models

from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory, OrganizationKeyFactory, RunFactory
from tests.factories.licensing import LicensedStoreFactory, OrderFactory
from tests.factories.tenancy import MemberFactory, StoreGroupFactory
from tests.factories.webhooks import AttemptFactory, EndpointFactory
from webhooks import signing_keys

Models = dict[type[models.Model], Any]


def make_tenant(tables: set[str]) -> Organization:
    """Factories make what they know; of the other tables' rows, columns that must hold something hold any value of their type."""
    every = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]
    before = {model: model._base_manager.count() for model in every}
    store = LicensedStoreFactory.create()
    _with_factories(store)
    made: Models = {
        model: model._base_manager.order_by("pk").last()
        for model in every
        if model._base_manager.count() > before[model]
    }
    made |= {Store: store, Organization: store.organization, User: UserFactory.create()}
    missing = [model for model in every if model not in made]
    while missing:
        ready = [model for model in missing if not _parents(model) & set(missing)]
        assert ready, f"Nothing makes {[model._meta.db_table for model in missing]}."
        for model in ready:
            made[model] = model._base_manager.create(**_any_values(model, made))
            missing.remove(model)
    return store.organization


def _with_factories(store: Store) -> None:
    organization = store.organization
    MemberFactory.create(store_owner=True, organization=organization, stores=[store])
    StoreGroupFactory.create(organization=organization).stores.add(store)
    integration = IntegrationFactory.create(store=store)
    RunFactory.create(integration=integration)
    ApiKeyFactory.create(store=store)
    OrganizationKeyFactory.create(organization=organization, stores=[store])
    endpoint = EndpointFactory.create(store=store)
    signing_keys.make(endpoint)
    EndpointFactory.create(store=None, organization=organization).chosen_stores.add(store)
    AttemptFactory.create(delivery__event__store=store, delivery__endpoint=endpoint)
    OrderFactory.create(organization=organization)
    record(action="store.renamed", by=None, store=store, target=store)


def _parents(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def _any_values(model: type[models.Model], made: Models) -> dict[str, Any]:
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and not field.is_relation)]
    return {field.name: _any_value(field, made) for field in fields if field.is_relation or not _may_be_left_out(field)}


def _may_be_left_out(field: Any) -> bool:
    return bool(
        field.null
        or field.blank
        or field.has_default()
        or field.has_db_default()
        or getattr(field, "auto_now_add", False)
    )


def _any_value(field: Any, made: Models) -> Any:
    if field.is_relation:
        return made.get(field.related_model)
    if field.choices:
        return field.choices[0][0]
    value = _OF_TYPE[field.get_internal_type()]
    return value() if callable(value) else value


_NUMBERS = count()
_OF_TYPE: dict[str, Any] = {
    "CharField": lambda: f"x{next(_NUMBERS)}",
    "TextField": lambda: f"x{next(_NUMBERS)}",
    "BinaryField": lambda: secrets.token_bytes(32),
    "BooleanField": True,
    "ArrayField": [],
    "JSONField": {},
    "DateField": date(2026, 11, 1),
    "TimeField": time(5),
    "DateTimeField": datetime(2026, 11, 1, tzinfo=UTC),
    "UUIDField": uuid7,
    "BigIntegerField": 1,
    "IntegerField": 1,
    "PositiveIntegerField": 1,
    "PositiveSmallIntegerField": 1,
    "SmallIntegerField": 1,
    "PositiveBigIntegerField": 1,
    "FloatField": 1.0,
    "EmailField": lambda: f"x{next(_NUMBERS)}@example.com",
    "SlugField": lambda: f"x{next(_NUMBERS)}",
    "URLField": "https://example.com",
}
