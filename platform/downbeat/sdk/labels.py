"""Labels as a source writes them: a map, or a list of ``{key, value}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer
from pydantic_core import PydanticCustomError, core_schema

SYSTEM_PREFIX: Final = "system."
READ_ONLY: Final = "system.readOnly"


@dataclass(frozen=True, slots=True)
class Label:
    """A key-value mark."""

    key: str
    value: str


def parse_labels(value: Any) -> tuple[Label, ...]:
    """Labels of a map or list, in the order written; ``ValueError`` names what is wrong."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple(_label(key, item) for key, item in value.items())
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ValueError("labels are a map, or a list of {key, value}")
    return tuple(_pair(item) for item in value)


def _pair(item: Any) -> Label:
    if isinstance(item, Label):
        return item
    if not isinstance(item, Mapping) or not set(item) <= {"key", "value"}:
        raise ValueError("each label is a map with 'key' and 'value'")
    return _label(item.get("key"), item.get("value"))


def _label(key: Any, value: Any) -> Label:
    if key is None or key == "":
        raise ValueError("a label needs a key that is not empty")
    if value is None or value == "":
        raise ValueError(f"label '{key}' needs a value that is not empty")
    if isinstance(value, (Mapping, list, tuple)):
        raise ValueError(f"the value of label '{key}' is text, a number or true/false")
    return Label(key=scalar_text(key), value=scalar_text(value))


def scalar_text(value: Any) -> str:
    """A scalar as the language writes it: ``true`` and not ``True``."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return str(value)


def _validated(value: Any) -> Any:
    try:
        return parse_labels(value)
    except ValueError as error:
        raise PydanticCustomError("labels", "{reason}", {"reason": str(error)}) from None


class _LabelSchema:
    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        scalar = {"type": ["string", "number", "boolean"]}
        pair = {
            "type": "object",
            "properties": {"key": scalar, "value": scalar},
            "required": ["key", "value"],
            "additionalProperties": False,
        }
        return {
            "anyOf": [
                {"type": "object", "additionalProperties": scalar},
                {"type": "array", "items": pair},
                {"type": "null"},
            ]
        }


def as_list(labels: Iterable[Label]) -> list[dict[str, str]]:
    """Labels as the API shows them."""
    return [{"key": label.key, "value": label.value} for label in labels]


def _shown(labels: Any) -> Any:
    """Labels as data; those that hold an expression are still what the source wrote."""
    return as_list(labels) if isinstance(labels, tuple) else labels


def as_map(labels: Iterable[Label]) -> dict[str, str]:
    """Labels by key; the first of several with one key is the one that readers see."""
    found: dict[str, str] = {}
    for label in labels:
        found.setdefault(label.key, label.value)
    return found


Labels = Annotated[
    tuple[Label, ...], _LabelSchema(), BeforeValidator(_validated), PlainSerializer(_shown)
]
