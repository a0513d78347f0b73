"""The developer API, version 1: its routers, and how what goes wrong is answered."""

import logging

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from webhooks.api import deliveries, events, integrations, order_batches, orders, replay, store, webhook_endpoints
from webhooks.api.problems import ProblemCode, ProblemError, problem_response

logger = logging.getLogger(__name__)

api = NinjaAPI(title="Developer API", version="1", openapi_url=None, docs_url=None)
api.add_router("", orders.router)
api.add_router("", order_batches.router)
api.add_router("", events.router)
api.add_router("", store.router)
api.add_router("", integrations.router)
api.add_router("", webhook_endpoints.router)
api.add_router("", deliveries.router)
api.add_router("", replay.router)


@api.exception_handler(ProblemError)
def answer_problem(request: HttpRequest, error: ProblemError) -> HttpResponse:
    return problem_response(request, error)


@api.exception_handler(Http404)
def answer_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    del error
    return problem_response(request, not_found())


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def answer_unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database is away or too busy: nothing was stored, and the same call may work in a moment."""
    logger.error("The database does not answer.", exc_info=error)
    problem = ProblemError(
        ProblemCode.UNAVAILABLE,
        _("Nothing was stored. Repeat the call in a few seconds, with the same Idempotency-Key."),
        headers={"Retry-After": "5"},
    )
    return problem_response(request, problem)


@api.exception_handler(Exception)
def answer_internal_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Says nothing of what went wrong; the log has it under the request's id."""
    got_request_exception.send(sender=None, request=request)
    logger.error("Internal error in %s %s", request.method, request.path, exc_info=error)
    problem = ProblemError(
        ProblemCode.INTERNAL_ERROR,
        _(
            "This is our fault. Repeat the call with the same Idempotency-Key; if it goes on, quote the request id to support."
        ),
    )
    return problem_response(request, problem)


def not_found() -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, _("Check the address against the documentation."))
