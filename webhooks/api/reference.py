"""The OpenAPI document as a page shows it: calls, objects and their fields, with examples that can be copied."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_MOST_VALUES_LISTED = 12
#: A limit as high as this is there for machines.
_UNTOLD = 10**9

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object, or one header."""

    name: str
    type: str
    refers_to: str
    required: bool
    description: SafeString
    values: tuple[str, ...]
    limits: str
    default: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that bodies are made of."""

    name: str
    description: SafeString
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """Something to copy."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One status a call may answer with."""

    status: str
    description: SafeString


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, or one webhook."""

    id: str
    method: str
    path: str
    summary: str
    description: SafeString
    scope: str
    parameters: tuple[Field, ...]
    headers: tuple[Field, ...]
    takes: str
    gives: str
    requests: tuple[Example, ...]
    answer: Example | None
    answers: tuple[Answer, ...]

    @property
    def steps(self) -> list[str]:
        """The path in parts, between which a narrow line may break."""
        return self.path.removeprefix("/").split("/")


def markdown(text: str) -> SafeString:
    """Our own descriptions as HTML."""
    return SafeString(_MARKDOWN.render(text))


def inline(text: str) -> SafeString:
    return SafeString(_MARKDOWN.renderInline(text))


def pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def calls(document: Json) -> Iterator[Call]:
    """The calls, in the order in which they are declared."""
    base = document["servers"][0]["url"]
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            yield _call(document, base, path, method, call)


def webhook(document: Json) -> Call:
    """Webhooks differ in their type only: one stands for all."""
    name, methods = next((name, methods) for name, methods in document["webhooks"].items() if name == "order.closed")
    call = methods["post"]
    body = Example(
        "example-webhook", _("A delivered body"), pretty(call["requestBody"]["content"]["application/json"]["example"])
    )
    return Call(
        id="webhook",
        method="POST",
        path=name,
        summary=call["summary"],
        description=markdown(call["description"]),
        scope="",
        parameters=(),
        headers=_headers(call),
        takes="WebhookBody",
        gives="",
        requests=(body,),
        answer=None,
        answers=tuple(Answer(status, inline(each["description"])) for status, each in call["responses"].items()),
    )


def things(document: Json) -> Iterator[Thing]:
    """Every object, by name."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        if schema.get("type") == "object":
            required = frozenset(schema.get("required", ()))
            fields = tuple(_field(key, each, required=key in required) for key, each in schema["properties"].items())
            yield Thing(name, markdown(schema.get("description", "")), fields)


def _call(document: Json, base: str, path: str, method: str, call: Json) -> Call:
    status, success = next((status, each) for status, each in call["responses"].items() if status.startswith("2"))
    schema = success.get("content", {}).get("application/json", {}).get("schema", {})
    gives = _name(schema)
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    identifier = call["operationId"]
    bodies = [(each["summary"], each["value"]) for each in content.get("examples", {}).values()]
    requests = tuple(
        Example(f"example-{identifier}-{index}", title, _curl(base, path, method, call, body))
        for index, (title, body) in enumerate(bodies or [(_("Request"), None)], start=1)
    )
    return Call(
        id=identifier,
        method=method.upper(),
        path=path,
        summary=call["summary"],
        description=markdown(call["description"]),
        scope=next(iter(call["security"][0].values()), [""])[0] if any(call["security"][0].values()) else "",
        parameters=_parameters(call, "query"),
        headers=_headers(call),
        takes=_name(content["schema"]) if content else "",
        gives=gives,
        requests=requests,
        answer=(
            Example(f"answer-{identifier}", f"{status} {success['description']}", pretty(_example(document, gives)))
            if gives
            else None
        ),
        answers=tuple(
            Answer(status, inline(_resolved(document, each)["description"]))
            for status, each in call["responses"].items()
        ),
    )


def _curl(base: str, path: str, method: str, call: Json, body: object) -> str:
    lines = [f"curl -X {method.upper()} {base}{path}", '-H "Authorization: Bearer $HUB_API_KEY"']
    lines += [
        f"-H '{each['name']}: {each['example']}'"
        for each in call["parameters"]
        if each["in"] == "header" and method != "get"
    ]
    if body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{pretty(body)}'"]
    return " \\\n  ".join(lines)


def _headers(call: Json) -> tuple[Field, ...]:
    return _parameters(call, "header")


def _parameters(call: Json, where: str) -> tuple[Field, ...]:
    return tuple(
        _field(each["name"], {**each["schema"], "description": each["description"]}, required=each["required"])
        for each in call["parameters"]
        if each["in"] == where
    )


def _resolved(document: Json, value: Json) -> Json:
    reference = value.get("$ref")
    if reference is None:
        return value
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    resolved: Json = found
    return resolved


def _name(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _example(document: Json, name: str) -> object:
    """An object put together from its fields' examples."""
    schema = document["components"]["schemas"][name]
    return {
        key: each["examples"][0] if "examples" in each else _example_of(document, each)
        for key, each in schema["properties"].items()
        if "examples" in each or _name(_inner(each))
    }


def _example_of(document: Json, schema: Json) -> object:
    example = _example(document, _name(_inner(schema)))
    return [example] if schema.get("type") == "array" else example


def _inner(schema: Json) -> Json:
    """What a list is made of, or what may be null."""
    kind, _nullable = _without_null(schema)
    inner: Json = kind["items"] if kind.get("type") == "array" else kind
    return inner


def _field(name: str, schema: Json, *, required: bool) -> Field:
    kind, nullable = _without_null(schema)
    type_name, refers_to = _type(kind)
    if nullable:
        type_name = _("%(type)s or null") % {"type": type_name}
    values = tuple(str(value) for value in kind.get("enum") or kind.get("items", {}).get("enum", ()))
    return Field(
        name=name,
        type=type_name,
        refers_to=refers_to,
        required=required,
        description=inline(schema.get("description", "")),
        values=values if len(values) <= _MOST_VALUES_LISTED else (),
        limits=_limits(kind),
        default="" if required or "default" not in schema else json.dumps(schema["default"]),
    )


def _without_null(schema: Json) -> tuple[Json, bool]:
    options = schema.get("anyOf")
    if options is None:
        return schema, False
    kinds = [option for option in options if option.get("type") != "null"]
    return (kinds[0] if len(kinds) == 1 else schema), len(kinds) < len(options)


def _type(schema: Json) -> tuple[str, str]:
    """The type in words, and the object it refers to, if any."""
    if name := _name(schema):
        return name, name
    kind = schema.get("type", "")
    if kind == "array":
        inner, refers_to = _type(schema["items"])
        return _("list of %(type)s") % {"type": inner}, refers_to
    formats = {"date-time": _("moment"), "date": _("date")}
    types = {
        "string": formats.get(schema.get("format", ""), _("text")),
        "integer": _("integer"),
        "boolean": _("true or false"),
        "object": _("object"),
    }
    return types.get(kind, _("text")), ""


def _limits(schema: Json) -> str:
    said = []
    if "maxLength" in schema:
        said.append(_("at most %(count)s characters") % {"count": schema["maxLength"]})
    if "maxItems" in schema:
        said.append(_("at most %(count)s entries") % {"count": schema["maxItems"]})
    if "minimum" in schema and schema["minimum"] >= 0:
        said.append(_("at least %(count)s") % {"count": schema["minimum"]})
    if schema.get("maximum", _UNTOLD) < _UNTOLD:
        said.append(_("at most %(count)s") % {"count": schema["maximum"]})
    return ", ".join(said)
