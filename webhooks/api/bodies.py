"""Reading a call's JSON body: its declared length and type first, then its fields, straight from the bytes."""

from typing import TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from webhooks.api.field_errors import as_problem
from webhooks.api.problems import ProblemCode, ProblemError

MAX_ORDER_BYTES = 1024 * 1024
#: The order and the little that surrounds it.
MAX_POST_BYTES = MAX_ORDER_BYTES + 1024

M = TypeVar("M", bound=BaseModel)


def read(request: HttpRequest, model: type[M], *, limit: int = MAX_POST_BYTES) -> M:
    """The validated body. Raises ProblemError 400, 411, 413, 415 or 422; a body over `limit` bytes is not even read."""
    check(request, limit)
    try:
        return model.model_validate_json(request.body)
    except ValidationError as error:
        raise as_problem(error) from None


def check(request: HttpRequest, limit: int) -> None:
    """Whether the body is worth reading. Raises ProblemError 411, 413 or 415."""
    _check_type(request)
    _check_length(request, limit)


def _check_type(request: HttpRequest) -> None:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type != "application/json" or charset.lower().strip('"') not in {"utf-8", "utf8"}:
        raise ProblemError(
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            _("Send JSON in UTF-8 with the header “Content-Type: application/json”."),
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE, _("Send the body as it is, without Content-Encoding."))


def _check_length(request: HttpRequest, limit: int) -> None:
    text = request.headers.get("content-length") or ""
    if not text.isdecimal():
        if request.headers.get("Transfer-Encoding"):
            raise ProblemError(
                ProblemCode.LENGTH_REQUIRED, _("Send the header Content-Length; chunked bodies are not read.")
            )
        return
    if int(text) > limit:
        raise too_large(limit)


def too_large(limit: int) -> ProblemError:
    return ProblemError(
        ProblemCode.BODY_TOO_LARGE, _("Send at most %(limit)s bytes in this call.") % {"limit": f"{limit:,}"}
    )


def too_many(events: int) -> ProblemError:
    return ProblemError(
        ProblemCode.BODY_TOO_LARGE, _("Send at most %(count)s events in this call.") % {"count": events}
    )


def key_reused() -> ProblemError:
    return ProblemError(
        ProblemCode.IDEMPOTENCY_KEY_REUSED,
        _("This Idempotency-Key came with other content before. Use a new key for each new event."),
    )
