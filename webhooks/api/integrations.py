"""`integrations`: what the key's store has, and how each fares; never a setting, never a secret."""

from django.http import HttpResponse
from ninja import Router

from integrations.models import Integration
from integrations.models.api_key import Scope
from integrations.status import Row, rows_of
from webhooks.api import queries
from webhooks.api.answers import answer, moment
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import declared
from webhooks.api.integration_schemas import IntegrationAnswer, IntegrationPage, IntegrationsQuery
from webhooks.api.pages import newest_first

router = Router(tags=["Store"])


@router.get(
    "integrations",
    operation_id="list_integrations",
    summary="List integrations",
    response={200: IntegrationPage},
    openapi_extra=declared(
        scope=Scope.INTEGRATIONS_READ, query=IntegrationsQuery, problems=(400, 401, 403, 429, 503), reads=True
    ),
)
@store_call(Scope.INTEGRATIONS_READ)
def list_integrations(request: ApiRequest) -> HttpResponse:
    """The integrations of the key's store, newest first, and how each fares."""
    asked = queries.read(request, IntegrationsQuery)
    rows = Integration.objects.filter(store_id=request.store.pk)
    if not asked.include_deactivated:
        rows = rows.active()
    found = newest_first(rows.prefetch_related("secrets"), asked)
    page = IntegrationPage(
        integrations=[_told(row) for row in rows_of(found.rows, licensed=True)],
        next=found.next,
        has_more=found.has_more,
    )
    return answer(page)


def _told(row: Row) -> IntegrationAnswer:
    return IntegrationAnswer(
        id=row.integration.public_id,
        provider=row.integration.provider_slug,
        name=str(row.name),
        status=row.status.value,
        problem=row.advice or None,
        failing_since=moment(row.failing_since),
        last_success_at=moment(row.last_success_at),
        added_at=moment(row.integration.added_at),
        deactivated_at=moment(row.integration.deactivated_at),
    )
