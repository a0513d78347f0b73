"""What is wrong with a body, as JSON pointers and sentences that never repeat the value that was sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from webhooks.api.problems import FieldError, ProblemCode, ProblemError
from webhooks.canonical.values import METADATA_DEPTH

MOST_ERRORS = 50
#: Within it, a caller has a place for fields of its own.
_ORDER = "order"
#: What Pydantic appends to a place to say that the name there is wrong, and not its value.
_OF_NAME = "[key]"

_SENTENCES: dict[str, Promise] = {
    "missing": gettext_lazy("This field is required."),
    "extra_forbidden": gettext_lazy("There is no field of this name."),
    "extra_in_order": gettext_lazy("There is no field of this name. Your own fields go into “metadata”."),
    "int_type": gettext_lazy("This must be a whole number, written without quotes or a decimal point."),
    "int_parsing_size": gettext_lazy("This number is too large."),
    "string_type": gettext_lazy("This must be text in quotes."),
    "bool_type": gettext_lazy("This must be true or false."),
    "list_type": gettext_lazy("This must be a list."),
    "dict_type": gettext_lazy("This must be an object."),
    "model_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
    "string_too_long": gettext_lazy("This is longer than the %(max_length)s characters it may have."),
    "string_too_short": gettext_lazy("This must not be empty."),
    "string_pattern_mismatch": gettext_lazy("This does not have the form it must have: %(pattern)s"),
    "too_short": gettext_lazy("This must not be empty."),
    "too_long": gettext_lazy("This holds more than the %(max_length)s entries it may have."),
    "greater_than_equal": gettext_lazy("This must be at least %(ge)s."),
    "less_than_equal": gettext_lazy("This must be at most %(le)s."),
    "literal_error": gettext_lazy("This must be one of: %(expected)s."),
    "currency": gettext_lazy("This is no ISO 4217 currency code, such as USD."),
    "moment": gettext_lazy("This moment is out of range."),
    "timezone_aware": gettext_lazy("This moment needs an offset from UTC, such as Z or +02:00."),
    "datetime_type": gettext_lazy("This must be a moment in RFC 3339 form, such as 2025-03-04T18:22:05Z."),
    "datetime_parsing": gettext_lazy("This must be a moment in RFC 3339 form, such as 2025-03-04T18:22:05Z."),
    "datetime_from_date_parsing": gettext_lazy("This must be a moment in RFC 3339 form, such as 2025-03-04T18:22:05Z."),
    "date_type": gettext_lazy("This must be a date, such as 2025-03-04."),
    "date_parsing": gettext_lazy("This must be a date, such as 2025-03-04."),
    "date_from_datetime_parsing": gettext_lazy("This must be a date, such as 2025-03-04."),
    "repeated_id": gettext_lazy("An earlier entry of this list has the same id."),
    "metadata_depth": gettext_lazy("This goes deeper than %(depth)s levels."),
    "nul": gettext_lazy("Text must not hold the character U+0000."),
    "finite": gettext_lazy("This holds a number that JSON cannot write."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "bool_parsing": gettext_lazy("This must be true or false."),
    "no_cursor": gettext_lazy("This is no cursor that a page of this list gave out. Leave it out to start anew."),
    "no_id": gettext_lazy("This is no id of that kind."),
    "payload_version": gettext_lazy("This must be one of: %(expected)s."),
}


def pointer(location: Iterable[str | int]) -> str:
    """A place in a JSON document by RFC 6901."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return _("This is not right.")
    return str(sentence) % {"depth": METADATA_DEPTH, **context}


def _in_parameter(kind: str, context: Mapping[str, Any]) -> str:
    return _("There is no parameter of this name.") if kind == "extra_forbidden" else _sentence(kind, context)


def field_errors(error: ValidationError, within: tuple[str | int, ...] = ()) -> list[FieldError]:
    """One entry a mistake, at most 50; `within` is where what was read stands in the body."""
    return [
        _field_error((*within, *each["loc"]), each["type"], each.get("ctx", {}))
        for each in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]
    ]


def _field_error(location: tuple[str | int, ...], kind: str, context: Mapping[str, Any]) -> FieldError:
    if kind == "extra_forbidden" and _ORDER in location[:-1]:
        kind = "extra_in_order"
    if location[-1:] == (_OF_NAME,):
        location = location[:-1]
    return FieldError(pointer(location), _sentence(kind, context))


def given_twice(names: Iterable[str]) -> ProblemError:
    """422 that names each parameter that stands in the address more than once and may not."""
    return _wrong_address([FieldError("", _("This is given more than once."), parameter=name) for name in names])


def in_address(error: ValidationError) -> ProblemError:
    """422 that names each parameter of the address that is not right."""
    wrong = [
        FieldError("", _in_parameter(each["type"], each.get("ctx", {})), parameter=str(each["loc"][0]))
        for each in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]
    ]
    return _wrong_address(wrong)


def _wrong_address(errors: list[FieldError]) -> ProblemError:
    return ProblemError(
        ProblemCode.VALIDATION_FAILED,
        _("Some of what stands behind the “?” of the address is not right. Each is listed under “errors”."),
        errors=errors,
    )


def as_problem(error: ValidationError, within: tuple[str | int, ...] = ()) -> ProblemError:
    """400 where the body is no JSON at all, else 422 that points at each field."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        where = str(first["ctx"]["error"])
        return ProblemError(
            ProblemCode.MALFORMED_JSON, _("The body could not be read as JSON: %(where)s.") % {"where": where}
        )
    return ProblemError(
        ProblemCode.VALIDATION_FAILED,
        _("The body was understood, but some of its fields are not right. Each is listed under “errors”."),
        errors=field_errors(error, within),
    )
