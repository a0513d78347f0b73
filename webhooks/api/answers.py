"""How a call answers: JSON made of a model, moments in UTC, and nothing at all where the caller has it already."""

from datetime import datetime
from hashlib import sha256
from typing import overload

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from pydantic import BaseModel


def answer(content: BaseModel | bytes, *, status: int = 200) -> HttpResponse:
    """A JSON answer: a model's, or one that stands in bytes already."""
    body = content if isinstance(content, bytes) else content.model_dump_json().encode()
    return HttpResponse(body, status=status, content_type="application/json")


def etag_of(body: bytes) -> str:
    """Names what an answer says: it changes when any of it does."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Gives what a GET answered its ETag; 304 without a body where If-None-Match names it."""
    etag = etag_of(response.content)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or etag in {each.removeprefix("W/") for each in known}:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    response["ETag"] = etag
    return response


@overload
def moment(when: datetime) -> str: ...
@overload
def moment(when: None) -> None: ...
def moment(when: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return when.isoformat().replace("+00:00", "Z") if when else None
