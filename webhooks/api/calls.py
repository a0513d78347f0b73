"""What every call of the API goes through: key, rate limit, address, scope, license, and one tenant transaction."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from backoffice.tenancy.transactions import tenant_transaction
from integrations.models.api_key import Scope
from licensing import entitlements
from webhooks.api.authentication import ApiRequest, authenticate, check_address, check_scope, note_use
from webhooks.api.problems import ProblemCode, ProblemError, problem_response
from webhooks.api.rate_limit import check_rate
from webhooks.ingest import TryAgainError

P = ParamSpec("P")
ApiView = Callable[Concatenate[ApiRequest, P], HttpResponse]

_RUNS = 3


def store_call(scope: Scope | None) -> Callable[[ApiView[P]], Callable[..., HttpResponse]]:
    """A call for the key's store. `scope` is what the key needs for it; None is what every key may do.

    Cookies mean nothing here. The view runs in one tenant transaction, and again if it raises TryAgainError.
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
                    response = _in_tenant(view, api_request, *args, **kwargs)
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


def _in_tenant(view: ApiView[P], request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
    run = 1
    while True:
        try:
            with tenant_transaction(request.store.organization_id):
                _check_license(request)
                return view(request, *args, **kwargs)
        except TryAgainError as error:
            if run == _RUNS:
                raise
            run += 1
            error.prepare()


def _check_license(request: ApiRequest) -> None:
    """Asked at each call: a license that was taken away counts at once, and one that came back does too."""
    if not entitlements.has_hub(request.store.pk):
        raise ProblemError(
            ProblemCode.LICENSE_REQUIRED,
            _(
                "The store of this key has no Integration Hub license at the moment. Its configuration and its keys are kept: "
                "assign a license to the store, and this key works again."
            ),
        )
