"""Field kinds of the language: dynamic properties, ISO durations and the base of every spec.

A property marked ``Dyn[T]`` may hold an expression in the source. A spec is validated twice: as
written (text with an expression is let through) and after rendering, with
``context={"rendered": True}``, when every dynamic property has its real type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, core_schema

from downbeat.sdk.json_text import read_json

T = TypeVar("T")
MARKS: Final = ("{{", "{%", "{#")
_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<days>[+-]?\d+)D)?"
    r"(?:T(?:(?P<hours>[+-]?\d+)H)?(?:(?P<minutes>[+-]?\d+)M)?"
    r"(?:(?P<seconds>[+-]?\d+(?:\.\d{1,9})?)S)?)?",
    re.IGNORECASE,
)


class Spec(BaseModel):
    """A part of a source: unknown keys are refused, keys are camelCase, values do not change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler(schema)
        _show_old_keys(handler.resolve_ref_schema(found), cls)
        return found


def _show_old_keys(schema: dict[str, Any], spec: type[BaseModel]) -> None:
    """Adds the older keys of properties to a JSON Schema, marked as deprecated."""
    held = schema.get("properties", {})
    for field in spec.model_fields.values():
        if not isinstance(field.validation_alias, AliasChoices):
            continue
        newest, *older = (str(choice) for choice in field.validation_alias.choices)
        if newest not in held:
            continue
        for key in older:
            held[key] = {**held[newest], "deprecated": True, "x-instead": newest}
        if newest in schema.get("required", ()):
            schema["required"] = [key for key in schema["required"] if key != newest]
            schema["anyOf"] = [{"required": [key]} for key in (newest, *older)]


def has_expression(value: object) -> bool:
    """Whether text, or any text inside a list or map, holds an expression."""
    match value:
        case str():
            return "{" in value and any(mark in value for mark in MARKS)
        case list() | tuple():
            return any(has_expression(item) for item in value)
        case Mapping():
            return any(has_expression(k) or has_expression(v) for k, v in value.items())
        case _:
            return False


class Dynamic:
    """Marks a property that may hold an expression until it is rendered."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        inner = handler(source)

        def validate(value: Any, check: Callable[[Any], Any], info: ValidationInfo) -> Any:
            rendered = bool(info.context and info.context.get("rendered"))
            if not rendered and has_expression(value):
                return value
            return check(_parsed(value, inner) if rendered else value)

        return core_schema.with_info_wrap_validator_function(validate, inner)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        typed = handler(schema)
        if "string" in typed.get("type", ()) and not typed.keys() & {"format", "enum", "pattern"}:
            return {**typed, "x-dynamic": True}
        return {"anyOf": [typed, {"type": "string", "pattern": r"\{[{%#]"}], "x-dynamic": True}


def _parsed(value: Any, inner: core_schema.CoreSchema) -> Any:
    """Rendered text that stands for a list or map, as that list or map."""
    if not isinstance(value, str) or _takes_text(inner):
        return value
    text = value.strip()
    if text[:1] not in ("[", "{"):
        return value
    try:
        return read_json(text)
    except ValueError:
        return value


def _takes_text(schema: Any) -> bool:
    match schema.get("type"):
        case "str" | "any":
            return True
        case "nullable" | "default" | "function-before" | "function-after" | "function-wrap":
            return _takes_text(schema["schema"])
        case "union":
            return any(
                _takes_text(choice[0] if isinstance(choice, tuple) else choice)
                for choice in schema["choices"]
            )
        case _:
            return False


Dyn = Annotated[T, Dynamic()]


def _scalar_text(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str() if not _is_writable(value):
            raise PydanticCustomError(
                "text", "has half of a character (a lone surrogate), which no text may have"
            )
        case _:
            return value


def _is_writable(text: str) -> bool:
    """Whether a text can be sent and stored at all."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


class Spelled:
    """Makes a number or true/false in the source stand for its own text.

    It comes last in an ``Annotated``, so that what limits the text judges the spelling.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_scalar_text, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "type": ["string", "number", "boolean"]}


Text = Annotated[str, Spelled()]
"""Text; a number or true/false in the source stands for its own text."""


def truth(value: object) -> bool:
    """Whether a value counts as true: all but null, false, 0 and the texts "", "0", "-0", "false".

    Blanks around a text do not count, since YAML blocks end with a newline.
    """
    match value:
        case None | False:
            return False
        case str():
            return value.strip() not in ("", "0", "-0", "false")
        case bool():
            return value
        case int() | float():
            return value != 0
        case _:
            return True


Truth = Annotated[bool, BeforeValidator(truth)]
"""A condition: what it renders to is judged by the language's rule of truth."""


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Marks a property that still works; ``instead`` says what replaces it."""

    instead: str

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "deprecated": True, "x-instead": self.instead}


def parse_duration(text: str) -> timedelta:
    """The length that an ISO-8601 duration names, to the microsecond; ``ValueError`` if none.

    Letters may be of any case; weeks, months and years are refused, because their length varies.
    """
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found[part] for part in ("days", "hours", "minutes", "seconds")):
        raise ValueError(f"'{text}' is not an ISO-8601 duration such as PT30S, PT5M or P1D")
    try:
        length = timedelta(
            days=int(found["days"] or 0),
            hours=int(found["hours"] or 0),
            minutes=int(found["minutes"] or 0),
            seconds=float(found["seconds"] or 0),
        )
    except OverflowError:
        raise ValueError(f"the duration '{text[:40]}' is too long") from None
    return -length if found["sign"] == "-" else length


def format_duration(length: timedelta) -> str:
    """The ISO-8601 text of a length, as the API shows it."""
    seconds = length.total_seconds()
    if seconds < 0:
        return "-" + format_duration(-length)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    text = "PT"
    if hours:
        text += f"{int(hours)}H"
    if minutes:
        text += f"{int(minutes)}M"
    if rest or text == "PT":
        text += f"{rest:.6f}".rstrip("0").rstrip(".") + "S"
    return text


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        if isinstance(value, timedelta):
            return value
        raise PydanticCustomError("duration", "must be an ISO-8601 duration such as PT30S")
    try:
        return parse_duration(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{reason}", {"reason": str(error)}) from None


def _shown(value: timedelta | str) -> str:
    return value if isinstance(value, str) else format_duration(value)


Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(_shown, return_type=str)
]
