"""What every call of the API goes through: key, rate limit, address, scope, license, and one tenant transaction."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from backoffice.tenancy.transactions import tenant_transaction
from integrations.models.api_key import Scope
from webhooks.api.answers import unless_known
from webhooks.api.authentication import (
    ApiRequest,
    authenticate,
    check_address,
    check_license,
    check_scope,
    check_store,
    note_use,
)
from webhooks.api.problems import ProblemError, problem_response
from webhooks.api.rate_limit import check_rate

P = ParamSpec("P")
ApiView = Callable[Concatenate[ApiRequest, P], HttpResponse]


def store_call(
    scope: Scope | None, *, own_transaction: bool = False
) -> Callable[[ApiView[P]], Callable[..., HttpResponse]]:
    """A call for the key's store, or for the one that a call with an organization's key names. `scope` is what the key needs for it; None is what every key may do.

    Cookies mean nothing here. The view runs in one tenant transaction; with `own_transaction` it opens that itself.
    """

    def decorate(view: ApiView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            api_request = authenticate(request)
            try:
                allowance = check_rate(api_request.api_key)
                try:
                    check_address(api_request)
                    check_scope(api_request, scope)
                    check_store(api_request)
                    check_license(api_request)
                    with nullcontext() if own_transaction else tenant_transaction(api_request.store.organization_id):
                        response = view(api_request, *args, **kwargs)
                    if request.method == "GET":
                        response = unless_known(request, response)
                except ProblemError as error:
                    response = problem_response(request, error)
            finally:
                note_use(api_request)
            response["Cache-Control"] = "no-store"
            for name, value in (allowance.headers() if allowance else {}).items():
                response[name] = value
            return response

        return wrapper

    return decorate
