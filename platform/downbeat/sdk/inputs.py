"""Input definitions: the typed parameters that a flow, or a resume, asks for."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal, get_args

import regex
from pydantic import AfterValidator, AliasChoices, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from downbeat.sdk.fields import Deprecated, Duration, Spec, Spelled, Text
from downbeat.sdk.times import ClockTime, Day, Instant

InputId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][.a-zA-Z0-9_-]*$", max_length=256), Spelled()]
ItemType = Literal[
    "STRING",
    "INT",
    "FLOAT",
    "BOOLEAN",
    "BOOL",
    "DATETIME",
    "DATE",
    "TIME",
    "DURATION",
    "FILE",
    "JSON",
    "YAML",
    "URI",
    "SECRET",
    "ENUM",
    "SELECT",
    "MULTISELECT",
    "EMAIL",
]
MAX_PATTERN: Final = 2_000


def _pattern(text: str) -> str:
    if len(text) > MAX_PATTERN:
        raise PydanticCustomError("pattern", "The pattern is longer than 2000 characters")
    try:
        regex.compile(text)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PydanticCustomError(
            "pattern", "Not a regular expression: {reason}", {"reason": str(error)}
        ) from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class DependsOn(Spec):
    """When an input is asked for: after others, and only if a condition is true."""

    inputs: tuple[Text, ...] = ()
    condition: Text | None = None


class _Input(Spec):
    """A typed parameter."""

    deprecated: ClassVar[str | None] = None

    id: InputId = Field(validation_alias=AliasChoices("id", "name"))
    description: Text | None = None
    display_name: Annotated[str, Field(max_length=64), Spelled()] | None = None
    required: bool = True
    defaults: Any = None
    prefill: Any = None
    depends_on: DependsOn | None = None


class StringInput(_Input):
    """Text, checked by a pattern if there is one."""

    type: Literal["STRING"]
    validator: Pattern | None = None


class SecretInput(_Input):
    """Text that is stored encrypted and masked in logs."""

    type: Literal["SECRET"]
    validator: Pattern | None = None


class IntInput(_Input):
    """A whole number."""

    type: Literal["INT"]
    min: int | None = None
    max: int | None = None


class FloatInput(_Input):
    """A number."""

    type: Literal["FLOAT"]
    min: float | None = None
    max: float | None = None


class BooleanInput(_Input):
    """True or false."""

    type: Literal["BOOLEAN", "BOOL"]


class DateTimeInput(_Input):
    """A moment with its offset."""

    type: Literal["DATETIME"]
    after: Instant | None = None
    before: Instant | None = None


class DateInput(_Input):
    """A day."""

    type: Literal["DATE"]
    after: Day | None = None
    before: Day | None = None


class TimeInput(_Input):
    """A time of day."""

    type: Literal["TIME"]
    after: ClockTime | None = None
    before: ClockTime | None = None


class DurationInput(_Input):
    """A length of time."""

    type: Literal["DURATION"]
    min: Duration | None = None
    max: Duration | None = None


class FileInput(_Input):
    """A file; its value is a URI of internal storage."""

    type: Literal["FILE"]
    extension: str | None = None
    allowed_file_extensions: tuple[str, ...] | None = None

    @field_validator("defaults")
    @classmethod
    def _no_defaults(cls, value: Any) -> Any:
        if value is not None:
            raise PydanticCustomError("input.file_defaults", "A FILE input takes no defaults")
        return value


class JsonInput(_Input):
    """Any value, given as JSON."""

    type: Literal["JSON"]


class YamlInput(_Input):
    """Any value, given as YAML."""

    type: Literal["YAML"]


class UriInput(_Input):
    """A URI."""

    type: Literal["URI"]


class EmailInput(_Input):
    """An e-mail address."""

    type: Literal["EMAIL"]


class EnumInput(_Input):
    """One of the values listed. Use SELECT instead."""

    deprecated: ClassVar[str | None] = "SELECT"

    type: Literal["ENUM"]
    values: Annotated[tuple[Text, ...], Field(min_length=1)]


class _Choice(_Input):
    values: tuple[Text, ...] | None = None
    expression: str | None = None
    allow_custom_value: bool = False
    auto_select_first: bool = False

    @model_validator(mode="after")
    def _has_values(self) -> _Choice:
        if not self.values and not self.expression and not getattr(self, "options", None):
            raise PydanticCustomError("input.no_values", "'values' or 'expression' is needed")
        return self


class SelectInput(_Choice):
    """One of several values, listed or computed."""

    type: Literal["SELECT"]
    is_radio: bool = False


class MultiselectInput(_Choice):
    """Some of several values, listed or computed."""

    type: Literal["MULTISELECT"]
    item_type: ItemType = "STRING"
    options: Annotated[tuple[Text, ...] | None, Deprecated("values")] = None


class ArrayInput(_Input):
    """A list of values of one type."""

    type: Literal["ARRAY"]
    item_type: ItemType


Input = Annotated[
    StringInput
    | SecretInput
    | IntInput
    | FloatInput
    | BooleanInput
    | DateTimeInput
    | DateInput
    | TimeInput
    | DurationInput
    | FileInput
    | JsonInput
    | YamlInput
    | UriInput
    | EmailInput
    | EnumInput
    | SelectInput
    | MultiselectInput
    | ArrayInput,
    Field(discriminator="type"),
]
Inputs = tuple[Input, ...]

INPUT_TYPES: Final[dict[str, type[Spec]]] = {
    name: definition
    for definition in get_args(get_args(Input)[0])
    for name in get_args(definition.model_fields["type"].annotation)
}
"""The definition behind each name of an input type."""
