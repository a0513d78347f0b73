"""What stands behind the “?” of an address: read strictly, declared from the same model, and the cursors of pages."""

import uuid
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from backoffice.database.identifiers import parse_public_id, public_id
from webhooks.api.field_errors import given_twice, in_address
from webhooks.canonical.values import moment_written_out

DEFAULT_LIMIT = 50
MOST = 100
_CURSOR = "cur"


class Query(BaseModel):
    """Parameters of an address: text that is read as numbers and moments, and no name that is not declared."""

    model_config = ConfigDict(extra="forbid")


Q = TypeVar("Q", bound=Query)


def _reader(prefix: str, error: str) -> Callable[[object], uuid.UUID]:
    def read_id(text: object) -> uuid.UUID:
        try:
            return parse_public_id(prefix, str(text))
        except ValueError:
            raise PydanticCustomError(error, "Not an id") from None

    return read_id


def _as_text(prefix: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"})


Cursor = Annotated[uuid.UUID, BeforeValidator(_reader(_CURSOR, "no_cursor")), _as_text(_CURSOR)]
EndpointId = Annotated[uuid.UUID, BeforeValidator(_reader("ep", "no_id")), _as_text("ep")]


def _with_plus(text: object) -> object:
    """A plus sign that was not escaped arrives as a space."""
    return text.replace(" ", "+") if isinstance(text, str) else text


def _at_commas(text: object) -> object:
    return [part for part in text.split(",") if part] if isinstance(text, str) else text


Moment = Annotated[AwareDatetime, BeforeValidator(moment_written_out), BeforeValidator(_with_plus)]
#: Marks a list whose values stand in one parameter with commas between them; given several times, they are put together.
AtCommas = BeforeValidator(_at_commas)


class PageQuery(Query):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.", examples=[50])] = DEFAULT_LIMIT
    cursor: Annotated[
        Cursor | None,
        Field(
            description="The `next` of the page before, together with the same filters.",
            examples=["cur_01jq2v7k3h00000000000000c1"],
        ),
    ] = None


def read(request: HttpRequest, model: type[Q]) -> Q:
    """The parameters. Raises ProblemError 422 that names each one that is not right, given twice, or not known."""
    given: dict[str, Any] = {name: values[0] if len(values) == 1 else values for name, values in request.GET.lists()}
    single = {name for name, field in model.model_fields.items() if AtCommas not in field.metadata}
    repeated = [name for name, value in given.items() if isinstance(value, list) and name in single]
    if repeated:
        raise given_twice(repeated)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise in_address(error) from None


def cursor(position: uuid.UUID | None) -> str | None:
    """The cursor that goes on from a position."""
    return public_id(_CURSOR, position) if position else None


def parameters(model: type[Query]) -> list[dict[str, Any]]:
    """The parameters as the OpenAPI document lists them."""
    return [_parameter(name, dict(schema)) for name, schema in model.model_json_schema()["properties"].items()]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    schema.pop("title", None)
    description, (example, *_others) = schema.pop("description"), schema.pop("examples")
    for kind in schema.pop("anyOf", ()):
        if kind != {"type": "null"}:
            schema.update(kind)
    if schema.get("default", "") is None:
        del schema["default"]
    parameter = {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
    if schema["type"] == "array":
        parameter |= {"style": "form", "explode": False}
    return parameter | {"example": example}
