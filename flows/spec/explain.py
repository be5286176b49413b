"""Turns validation errors into diagnostics: where in the source, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from downbeat.sdk.anytask import TaskRegistry
from downbeat.sdk.fields import Spec
from flows.spec.diagnostics import Diagnostic, Path, Severity, nearest, path_text
from flows.spec.grammar import keys_of, properties, spec_at
from flows.spec.source import Document

MAX_DIAGNOSTICS: Final = 100
MAX_HINTS: Final = 20
_KIND: Final[dict[str, str]] = {
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "set_type": "must be a list",
    "dict_type": "must be a map",
    "model_type": "must be a map",
    "model_attributes_type": "must be a map",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of a sensible size",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "none_required": "cannot be set here",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
_BOUND: Final[dict[str, tuple[str, str]]] = {
    "greater_than": ("must be greater than", "gt"),
    "greater_than_equal": ("must be at least", "ge"),
    "less_than": ("must be less than", "lt"),
    "less_than_equal": ("must be at most", "le"),
    "string_too_long": ("must have at most this many characters:", "max_length"),
    "too_long": ("must have at most this many entries:", "max_length"),
    "string_pattern_mismatch": ("must match", "pattern"),
    "literal_error": ("must be one of", "expected"),
}


class Explainer:
    """Explains the errors of one document."""

    def __init__(self, document: Document, data: Any, registry: TaskRegistry) -> None:
        self._document, self._data, self._registry = document, data, registry
        self._hints = 0

    def explain(self, error: ValidationError, spec: type[Spec]) -> tuple[Diagnostic, ...]:
        """Diagnostics of a failed validation, one per place, in the order of the source."""
        by_place: dict[tuple[Path, str], Diagnostic] = {}
        details = error.errors(include_url=False, include_context=True)
        for detail in details[: MAX_DIAGNOSTICS * 3]:
            path = source_path(detail, self._data)
            if detail["type"].endswith(".type_unknown"):
                path = (*path, "type")
            if detail["type"] == "too_short" and _value_at(self._data, path):
                continue  # its entries are wrong, and reported; the list itself is not empty
            found = self._diagnostic(detail, path, spec)
            key = (path, found.code)
            earlier = by_place.get(key)
            by_place[key] = found if earlier is None else _either(earlier, found)
        return tuple(by_place.values())[:MAX_DIAGNOSTICS]

    def _diagnostic(self, detail: ErrorDetails, path: Path, spec: type[Spec]) -> Diagnostic:
        replacement = None
        if detail["type"] == "extra_forbidden":
            replacement = self._nearest_key(path, spec)
        elif detail["type"].endswith(".type_unknown"):
            replacement = detail.get("ctx", {}).get("nearest")
        code, message = described(detail, path, replacement)
        line, column = self._document.position(path)
        return Diagnostic(Severity.ERROR, code, message, path_text(path), line, column, replacement)

    def _nearest_key(self, path: Path, spec: type[Spec]) -> str | None:
        self._hints += 1
        if self._hints > MAX_HINTS or not path:
            return None
        found = spec_at(spec, self._data, path[:-1], self._registry)
        if found is None:
            return None
        taken = _keys_at(self._data, path[:-1])
        return nearest(str(path[-1]), [key for key in keys_of(found) if key not in taken])


def described(detail: ErrorDetails, path: Path, replacement: str | None) -> tuple[str, str]:
    """The stable code and the message of one validation error."""
    kind, key = detail["type"], next((step for step in reversed(path) if step != ""), "")
    name = (
        f"'{key}'" if isinstance(key, str) and key else "it" if not path else path_text(path[-2:])
    )
    context = detail.get("ctx", {})
    match kind:
        case "missing" | "union_tag_not_found":
            missing = "type" if kind == "union_tag_not_found" else key
            return "property.missing", f"Missing required property '{missing}'"
        case "extra_forbidden":
            hint = f"; did you mean '{replacement}'?" if replacement else ""
            return "property.unknown", f"Unknown property '{key}'{hint}"
        case "union_tag_invalid":
            tag, known = context.get("tag"), context.get("expected_tags")
            return "property.value", f"Invalid type: '{tag}'; expected one of {known}"
        case "value_error":
            return "property.value", str(context.get("error", detail["msg"]))
        case _ if kind in _KIND:
            return "property.type", f"{name} {_KIND[kind]}"
        case _ if kind in _BOUND:
            text, limit = _BOUND[kind]
            given = detail.get("input")
            shown = f", got '{given[:60]}'" if isinstance(given, str) and given else ""
            return "property.value", f"{name} {text} {context.get(limit)}{shown}"
        case _ if "." in kind or kind in ("duration", "labels", "instant", "date", "time"):
            return _own_code(kind), detail["msg"]
        case _:
            return _own_code(kind), f"{name}: {detail['msg']}"


def _own_code(kind: str) -> str:
    return kind if "." in kind else f"property.{kind}"


def _either(first: Diagnostic, second: Diagnostic) -> Diagnostic:
    """One diagnostic for a value that fits none of several types."""
    if second.message in first.message:
        return first
    alternative = second.message.split(" must ", 1)[-1] if " must " in second.message else None
    joined = f" or {alternative}" if alternative else f"; {second.message}"
    return Diagnostic(
        first.severity,
        first.code,
        first.message + joined,
        first.path,
        first.line,
        first.column,
        first.replacement,
    )


def source_path(detail: ErrorDetails, data: Any) -> Path:
    """The error's place in the source: names of union members are left out."""
    path: list[str | int] = []
    steps = detail["loc"]
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if _has(data, step):
            data = data[step]
        elif not (last and detail["type"] == "missing"):
            continue
        path.append(step)
    return tuple(path)


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def _value_at(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _keys_at(data: Any, path: Path) -> Iterable[str]:
    found = _value_at(data, path)
    return found if isinstance(found, Mapping) else ()


def deprecated_keys(spec: type[Spec], data: Mapping[str, Any]) -> dict[str, str]:
    """Keys of a map that still work, with what replaces each."""
    known = properties(spec)
    found: dict[str, str] = {}
    for key in data:
        prop = known.get(key)
        if prop is None:
            continue
        if prop.deprecated:
            found[key] = prop.deprecated
        elif key != prop.keys[0]:
            found[key] = prop.keys[0]
    return found
