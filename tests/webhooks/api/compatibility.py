"""What of a new OpenAPI document would break a client that was built for the old one.

New paths, fields of answers, optional fields of bodies, optional parameters and further values break nobody: clients are told to
ignore what they do not know. Everything that worked has to go on working.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_UPPER = ("maxLength", "maxItems", "maximum", "maxProperties")
_LOWER = ("minLength", "minItems", "minimum", "minProperties")


def breaking_changes(old: Json, new: Json) -> list[str]:
    """A sentence for each change that breaks a client."""
    return list(_Comparison(old, new).changes())


@dataclass(slots=True)
class _Comparison:
    """`sent`: what clients send, where nothing may be asked beyond before; else what they get, where nothing may be missing."""

    old: Json
    new: Json
    seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def changes(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            for method, before in methods.items():
                where = f"{method.upper()} {path}"
                after = self.new["paths"].get(path, {}).get(method)
                if after is None:
                    yield f"{where} is gone"
                else:
                    yield from self._call(where, before, after)
        for name, methods in self.old["webhooks"].items():
            after = self.new["webhooks"].get(name)
            if after is None:
                yield f"the webhook {name} is gone"
            else:
                yield from self._received(f"webhook {name}", methods["post"], after["post"])

    def _call(self, where: str, old: Json, new: Json) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{where} has another operationId"
        if old["security"] != new["security"]:
            yield f"{where} needs another key or scope"
        yield from self._parameters(where, old, new)
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, before in old["responses"].items():
            after = new["responses"].get(status)
            if after is None:
                yield f"{where} no longer answers {status}"
            else:
                yield from self._answer(f"{where} {status}", self._of(self.old, before), self._of(self.new, after))

    def _received(self, where: str, old: Json, new: Json) -> Iterator[str]:
        names = {each["name"] for each in new["parameters"]}
        for each in old["parameters"]:
            if each["name"] not in names:
                yield f"{where}: the header {each['name']} is gone"
        yield from self._schema(where, _json(old["requestBody"]), _json(new["requestBody"]), sent=False)

    def _parameters(self, where: str, old: Json, new: Json) -> Iterator[str]:
        before, after = ({(each["in"], each["name"]): each for each in one.get("parameters", ())} for one in (old, new))
        for key, parameter in before.items():
            if key not in after:
                yield f"{where}: the parameter {key[1]} is gone"
            else:
                yield from self._schema(f"{where} {key[1]}", parameter["schema"], after[key]["schema"], sent=True)
        for key, parameter in after.items():
            if parameter["required"] and not before.get(key, {}).get("required"):
                yield f"{where}: the parameter {key[1]} is newly required"

    def _body(self, where: str, old: Json | None, new: Json | None) -> Iterator[str]:
        if new is not None and old is None:
            yield f"{where} newly takes a body"
        elif old is not None and new is None:
            yield f"{where} no longer takes a body"
        elif old is not None and new is not None:
            yield from self._schema(f"{where} body", _json(old), _json(new), sent=True)

    def _answer(self, where: str, old: Json, new: Json) -> Iterator[str]:
        for name in old.get("headers", {}):
            if name not in new.get("headers", {}):
                yield f"{where}: the header {name} is gone"
        for kind, before in old.get("content", {}).items():
            after = new.get("content", {}).get(kind)
            if after is None:
                yield f"{where} is no longer {kind}"
                continue
            for code in before.get("examples", {}):
                if code not in after.get("examples", {}):
                    yield f"{where}: the problem {code} is gone"
            yield from self._schema(where, before["schema"], after["schema"], sent=False)

    def _schema(self, where: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        key = (old.get("$ref", ""), new.get("$ref", ""), sent)
        if key[0] and key[1]:
            if key in self.seen:
                return
            self.seen.add(key)
        old, new = self._of(self.old, old), self._of(self.new, new)
        before, after = _options(old), _options(new)
        if len(before) > 1 or len(after) > 1:
            yield from self._any_of(where, before, after, sent=sent)
            return
        yield from _values(where, old, new, sent=sent)
        yield from self._object(where, old, new, sent=sent)
        if "items" in old and "items" in new:
            yield from self._schema(f"{where}[]", old["items"], new["items"], sent=sent)

    def _any_of(self, where: str, old: list[Json], new: list[Json], *, sent: bool) -> Iterator[str]:
        """Each kind that was taken is still taken; each kind that is given was given before."""
        given, known = (old, new) if sent else (new, old)
        for one in given:
            found = [
                list(self._schema(where, *((one, other) if sent else (other, one)), sent=sent))
                for other in known
                if _kind(self._of(self.old if sent else self.new, one))
                == _kind(self._of(self.new if sent else self.old, other))
            ]
            if not found:
                yield f"{where} {'no longer takes' if sent else 'newly gives'} {_kind(one)}"
            elif all(found):
                yield from min(found, key=len)

    def _object(self, where: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name not in after:
                yield f"{where}: the field {name} is gone"
            else:
                yield from self._schema(f"{where}.{name}", schema, after[name], sent=sent)
        required, needed = set(old.get("required", ())), set(new.get("required", ()))
        if sent:
            yield from (f"{where}: the field {name} is newly required" for name in sorted(needed - required))
        else:
            yield from (
                f"{where}: the field {name} may now be missing" for name in sorted(required - needed) if name in after
            )

    @staticmethod
    def _of(document: Json, value: Json) -> Json:
        if "$ref" not in value:
            return value
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        resolved: Json = found
        return resolved


def _json(body: Json) -> Json:
    schema: Json = body["content"]["application/json"]["schema"]
    return schema


def _options(schema: Json) -> list[Json]:
    options: list[Json] = schema.get("anyOf") or [schema]
    return options


def _kind(schema: Json) -> str:
    return str(schema.get("type", schema.get("$ref", "anything")))


def _values(where: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
    if _kind(old) != _kind(new) and not ("$ref" in old or "$ref" in new):
        yield f"{where} is {_kind(new)} instead of {_kind(old)}"
    for word in ("pattern", "format"):
        if old.get(word) != new.get(word) and (sent or word == "format"):
            yield f"{where} has another {word}"
    gone = set(_allowed(old)) - set(_allowed(new))
    if _allowed(new) and sent and (gone or not _allowed(old)):
        yield f"{where} no longer takes {', '.join(sorted(map(str, gone))) or 'just anything'}"
    elif _allowed(old) and gone and not sent:
        yield f"{where} no longer gives {', '.join(sorted(map(str, gone)))}"
    if sent:
        yield from (f"{where}: {word} is lower" for word in _UPPER if new.get(word, 1e99) < old.get(word, 1e99))
        yield from (f"{where}: {word} is higher" for word in _LOWER if new.get(word, -1e99) > old.get(word, -1e99))


def _allowed(schema: Json) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
