"""`store`: the store that the key belongs to."""

from django.http import HttpResponse
from ninja import Router

from webhooks.api.answers import answer, moment
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import declared
from webhooks.api.schemas import HubAnswer, KeyAnswer, OrganizationAnswer, StoreAnswer

router = Router(tags=["Store"])


@router.get(
    "store",
    operation_id="get_store",
    summary="Read the key's store",
    response={200: StoreAnswer},
    openapi_extra=declared(scope=None, problems=(400, 401, 403, 429, 503), reads=True),
)
@store_call(None)
def get_store(request: ApiRequest) -> HttpResponse:
    """The store, its organization, and what this key may do: a good first call, for it shows that a key works. No scope is needed."""
    store, key = request.store, request.api_key
    content = StoreAnswer(
        id=store.public_id,
        code=store.code,
        name=store.name,
        timezone=store.timezone,
        currency=store.currency,
        organization=OrganizationAnswer(name=store.organization.name),
        hub=HubAnswer(licensed=True),
        key=KeyAnswer(
            id=key.public_id,
            name=key.name,
            scopes=list(key.scopes),
            test=key.test,
            expires_at=moment(key.expires_at),
        ),
    )
    return answer(content)
