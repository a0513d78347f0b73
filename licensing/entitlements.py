"""The only door to licensing for other apps: which store is entitled to what, asked each time someone acts."""

import uuid
from collections.abc import Iterable
from functools import wraps
from typing import ParamSpec

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect

from backoffice.tenancy.access import StoreRequest, StoreView
from backoffice.tenancy.models import Store
from backoffice.tenancy.transactions import within_tenant
from licensing.models import INTEGRATION_HUB, Assignment, PlanLevel, Subscription

P = ParamSpec("P")


def _hub_assignments() -> QuerySet[Assignment]:
    return Assignment.objects.filter(
        license__add_on_id=INTEGRATION_HUB,
        license__organization__subscription__level__in=[PlanLevel.PRO, PlanLevel.ENTERPRISE],
        license__organization__subscription__lapsed_at__isnull=True,
        license__suspended_at__isnull=True,
    )


def has_hub_sql(store: str) -> str:
    """The same by hand, as an expression: whether the store of that column has the hub. Every call of the developer API asks it."""
    levels = ", ".join(f"'{level.value}'" for level in (PlanLevel.PRO, PlanLevel.ENTERPRISE))
    return f"""EXISTS (
        SELECT FROM licensing_assignment seat
        JOIN licensing_license l ON l.id = seat.license_id
        JOIN licensing_subscription plan ON plan.organization_id = l.organization_id
        WHERE seat.store_id = {store} AND l.add_on_id = '{INTEGRATION_HUB}' AND plan.level IN ({levels}) AND plan.lapsed_at IS NULL
            AND l.suspended_at IS NULL
    )"""  # nothing but constants is put in


def is_enterprise_sql(organization: str) -> str:
    """An expression: whether the organization of that column is on the Enterprise level now."""
    return f"""EXISTS (
        SELECT FROM licensing_subscription plan
        WHERE plan.organization_id = {organization} AND plan.level = '{PlanLevel.ENTERPRISE.value}' AND plan.lapsed_at IS NULL
    )"""  # nothing but constants is put in


def is_enterprise(organization_id: uuid.UUID) -> bool:
    """Whether the organization is on the Enterprise level now, to which keys and endpoints for all its stores belong."""
    found = Subscription.objects.filter(organization_id=organization_id, lapsed_at__isnull=True)
    return found.filter(level=PlanLevel.ENTERPRISE).exists()


def enterprise_organizations(organization_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the organizations that are on the Enterprise level now, in one query."""
    found = Subscription.objects.filter(organization_id__in=list(organization_ids), lapsed_at__isnull=True)
    return set(found.filter(level=PlanLevel.ENTERPRISE).values_list("organization_id", flat=True))


_HAS_HUB = f"SELECT {has_hub_sql('%s')}"


def has_hub(store_id: uuid.UUID) -> bool:
    """Whether the store has the Integration Hub now. One indexed query, never cached: losing a license counts at the next request."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_HUB, [store_id])
        (licensed,) = cursor.fetchone()
    return bool(licensed)


def licensed_stores(store_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the stores that have the Integration Hub now, in one query."""
    return set(_hub_assignments().filter(store_id__in=list(store_ids)).values_list("store_id", flat=True))


def stores_with_hub(stores: QuerySet[Store]) -> QuerySet[Store]:
    """The queryset narrowed to stores that have the Integration Hub."""
    return stores.filter(Exists(_hub_assignments().filter(store_id=OuterRef("pk"))))


#: What is older than this is kept for nobody.
LONGEST_RETENTION_DAYS = max(level.retention_days for level in PlanLevel)
SHORTER_RETENTION_DAYS = sorted({level.retention_days for level in PlanLevel} - {LONGEST_RETENTION_DAYS})


def retention_days(organization_id: uuid.UUID) -> int:
    """How long the organization's order events and deliveries are kept; without a subscription, as on the lowest level."""
    level = Subscription.objects.filter(organization_id=organization_id).values_list("level", flat=True).first()
    return PlanLevel(level or PlanLevel.STARTER).retention_days


def stores_kept_for(days: int) -> QuerySet[Store]:
    """The stores whose plan keeps order events and deliveries for exactly so many days."""
    levels = [level for level in PlanLevel if level.retention_days == days]
    kept = Q(organization__subscription__level__in=levels)
    if PlanLevel.STARTER in levels:
        kept |= Q(organization__subscription__isnull=True)
    return Store.objects.filter(kept)


def hub_required(view: StoreView[P]) -> StoreView[P]:
    """A page of the hub: a store without a license is led to the Upgrade page, which says why. Stands under `store_view`."""

    @wraps(view)
    def wrapper(request: StoreRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        # A view that calls a service is not in a transaction yet.
        with within_tenant(request.organization.pk):
            licensed = has_hub(request.store.pk)
        if not licensed:
            return redirect("licensing:upgrade", organization=request.organization.slug, store=request.store.code)
        return view(request, *args, **kwargs)

    return wrapper
