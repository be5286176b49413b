"""What a connection may hold: its values against its kind, and which of them are secret. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from downbeat.sdk.connection import Connection
from flows.spec.diagnostics import nearest
from flows.spec.expressions import (
    ExpressionError,
    NoServices,
    Services,
    compile_template,
    is_template,
    render_value,
)

_ONLY_A_SECRET: Final = re.compile(r"""\{\{\s*secret\(\s*(['"])[\w.-]+\1\s*\)\s*\}\}""")
_PASSWORD_IN_ADDRESS: Final = re.compile(
    r"://[^/@\s:{}]*:(?P<userinfo>[^/@\s{}]+)@|[?&;]password=(?P<query>[^&;\s{}]+)", re.IGNORECASE
)
_NAMES_A_SECRET: Final = re.compile(r"key|secret|token|password|credential", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BadValue:
    """One thing that is wrong with the values of a connection."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """The values of a connection as a task gets them, and the texts in them to be hidden."""

    values: Mapping[str, Any]
    secrets: tuple[str, ...]


def hidden_keys(kind: type[Connection]) -> frozenset[str]:
    """The values of a kind that are shown to nobody once they are stored, as sources write them."""
    return frozenset(kind.key_of(field) for field in kind.secret_values)


def canonical(kind: type[Connection], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under the names that are in use; unknown names stay."""
    in_use = {key: kind.key_of(field) for field in kind.values() for key in kind.keys_of(field)}
    return {in_use.get(key, key): value for key, value in values.items()}


def schema(kind: type[Connection]) -> dict[str, Any]:
    """The JSON Schema of a kind's values; what is secret is marked as `writeOnly`."""
    found = kind.model_json_schema(by_alias=True)
    held: dict[str, Any] = found["properties"]
    held.pop(kind.key_of("connection"), None)
    for key in hidden_keys(kind):
        held[key]["writeOnly"] = True
    found.pop("description", None)
    return {**found, "title": kind.connection_type}


def findings(kind: type[Connection], values: Mapping[str, Any]) -> list[BadValue]:
    """What is wrong with values that somebody writes; null stands for a value that goes."""
    known = [kind.key_of(field) for field in kind.values()]
    found = [_unknown(key, known) for key in values if key not in known]
    given = {key: value for key, value in values.items() if key in known and value is not None}
    hidden = hidden_keys(kind)
    for key, value in given.items():
        found += [BadValue(key, problem) for problem in _bad_expressions(value)]
        if key not in hidden and any(map(_PASSWORD_IN_ADDRESS.search, _texts(value))):
            found.append(BadValue(key, _password_shown(kind)))
    return found or _mistyped(kind, given, hidden)


def shown(kind: type[Connection] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that may be seen: none that is secret, unless it only names a secret.

    Of an unknown kind nothing is known to be harmless, so nothing is shown.
    """
    if kind is None:
        return {}
    hidden = hidden_keys(kind)
    return {
        key: value
        for key, value in values.items()
        if key not in hidden or (isinstance(value, str) and _ONLY_A_SECRET.fullmatch(value))
    }


def opened(
    kind: type[Connection] | None, values: Mapping[str, Any], services: Services
) -> OpenConnection:
    """The values with every secret that they name in place; raises ``ExpressionError``."""
    noted = _NotedSecrets(services)
    whole: Any = render_value(dict(values), {}, services=noted)
    hidden = whole.keys() if kind is None else hidden_keys(kind)
    texts = list(noted.found)
    for key, value in whole.items():
        if key in hidden:
            texts += _secret_texts(value)
        texts += _passwords(value)
    return OpenConnection(whole, tuple(dict.fromkeys(texts)))


class _NotedSecrets(NoServices):
    """Secrets and nothing else; each that is asked for is noted."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.found: list[str] = []

    def secret(self, name: str, namespace: str | None) -> str:
        text = self._services.secret(name, namespace)
        self.found.append(text)
        return text


def _unknown(key: str, known: list[str]) -> BadValue:
    near = nearest(key, known)
    meant = f"; did you mean '{near}'?" if near else f"; it has {', '.join(sorted(known))}"
    return BadValue(key, f"a connection of this type has no such value{meant}")


def _password_shown(kind: type[Connection]) -> str:
    places = ", ".join(sorted(f"'{key}'" for key in hidden_keys(kind))) or "a secret"
    return (
        "this value is shown to whoever may see connections, and there is a password in it: "
        f"write that into {places}, or name a secret: {{{{ secret('NAME') }}}}"
    )


def _bad_expressions(value: Any) -> Iterator[str]:
    for text in filter(is_template, _texts(value)):
        try:
            references = compile_template(text).references
        except ExpressionError:
            yield "holds an expression that cannot be read"
            continue
        others = {*references.names, *references.functions} - {"secret"}
        if others or references.has_dynamic:
            what = f": '{min(others)}'" if others else ""
            yield f"may name secrets, {{{{ secret('NAME') }}}}, and nothing else{what}"


def _mistyped(
    kind: type[Connection], given: Mapping[str, Any], hidden: frozenset[str]
) -> list[BadValue]:
    try:
        kind.model_validate(dict(given))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
    else:
        return []
    found = []
    for problem in problems:
        key = str(problem["loc"][0]) if problem["loc"] else ""
        # What is said of a secret value must not repeat it.
        message = "is not a value of this kind" if key in hidden else str(problem["msg"])
        found.append(BadValue(".".join(map(str, problem["loc"])), message))
    return found


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for key, item in value.items():
                yield str(key)
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case _:
            return


def _secret_texts(value: Any) -> Iterator[str]:
    """A secret value's texts; of one that is a map (a key file), those that are secret in it."""
    if isinstance(value, str):
        yield value
        value = _parsed(value)
    if isinstance(value, Mapping):
        for key, item in value.items():
            if _NAMES_A_SECRET.search(str(key)):
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        yield from _texts(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _passwords(value: Any) -> Iterator[str]:
    for text in _texts(value):
        for match in _PASSWORD_IN_ADDRESS.finditer(text):
            yield match["userinfo"] or match["query"]
