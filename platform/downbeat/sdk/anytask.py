"""A task, trigger or condition inside another spec: validated by the class its ``type`` names.

The registry travels in the validation context (``context={"registry": registry}``), so parsing
knows no global and two registries can live side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from downbeat.sdk.task import Task
    from downbeat.sdk.trigger import Condition, Trigger

Kind = Literal["task", "trigger", "condition"]
MAX_HINTS = 10
MAX_ERRORS = 100
PART_MARK = "x-part"
"""In a generated JSON Schema: stands for a reference to the types of a kind."""
MAX_NESTING = 60
"""Tasks inside tasks; deeper sources are refused before they exhaust the interpreter's stack."""


class TaskRegistry(Protocol):
    """Finds a task, trigger or condition class by any of its names."""

    def task(self, type_name: str) -> type[Task] | None: ...
    def trigger(self, type_name: str) -> type[Trigger] | None: ...
    def condition(self, type_name: str) -> type[Condition] | None: ...
    def near(self, type_name: str) -> tuple[str, ...]: ...


class Tally:
    """Counts the errors of one source: beyond a bound, the rest of it is not looked at."""

    __slots__ = ("errors",)

    def __init__(self) -> None:
        self.errors = 0


class _Unchecked:
    """Stands for a part that was not looked at, because the source has too many errors already."""

    type_name = ""
    id = ""


class ByType:
    """Validates a part with the class its ``type`` names."""

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def validate(value: Any, info: ValidationInfo) -> Any:
            return validate_part(value, info, kind=self.kind)

        return core_schema.with_info_plain_validator_function(validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {PART_MARK: f"Any{self.kind.capitalize()}"}


def validate_task(value: Any, info: ValidationInfo) -> Any:
    """The task that a map describes; an error names the nearest known type."""
    return validate_part(value, info, kind="task")


def validate_part(value: Any, info: ValidationInfo, *, kind: Kind) -> Any:
    """The task, trigger or condition that a map describes."""
    if not isinstance(value, dict):
        if hasattr(value, "type_name"):
            return value
        raise PydanticCustomError(f"{kind}.not_a_map", f"A {kind} is a map with a 'type'")
    context = info.context or {}
    tally: Tally = context.get("tally") or Tally()
    if tally.errors >= MAX_ERRORS:
        return _Unchecked()
    try:
        return _validated(value, context, kind, tally)
    except (ValidationError, PydanticCustomError):
        tally.errors += 1
        raise


def _validated(value: dict[Any, Any], context: dict[str, Any], kind: Kind, tally: Tally) -> Any:
    depth = context.get("depth", 0) + 1
    if depth > MAX_NESTING:
        raise PydanticCustomError("source.too_deep", f"Tasks are nested deeper than {MAX_NESTING}")
    found = _class_of(value, context["registry"], kind=kind, tally=tally)
    return found.model_validate(
        value, context={**context, "depth": depth}, by_alias=True, by_name=False
    )


def _class_of(value: dict[Any, Any], registry: TaskRegistry, *, kind: Kind, tally: Tally) -> Any:
    name = value.get("type")
    if not isinstance(name, str) or not name:
        raise PydanticCustomError(f"{kind}.type_missing", f"A {kind} needs a 'type'")
    found = getattr(registry, kind)(name)
    if found is None:
        near = _near(name, registry, tally)
        hint = f"; did you mean {' or '.join(repr(item) for item in near)}?" if near else ""
        raise PydanticCustomError(
            f"{kind}.type_unknown",
            "Invalid type: {name}{hint}",
            {"name": name, "hint": hint, "nearest": near[0] if near else None},
        )
    return found


def _near(name: str, registry: TaskRegistry, tally: Tally) -> tuple[str, ...]:
    """The known types like it; only for the first errors of a source, since it is slow."""
    return registry.near(name) if tally.errors < MAX_HINTS else ()


if TYPE_CHECKING:
    AnyTask = Task
    AnyTrigger = Trigger
    AnyCondition = Condition
else:
    AnyTask = Annotated[Any, ByType("task")]
    AnyTrigger = Annotated[Any, ByType("trigger")]
    AnyCondition = Annotated[Any, ByType("condition")]

Tasks = Annotated[tuple[SerializeAsAny[AnyTask], ...], Field(min_length=1)]
"""A list of tasks with at least one in it."""
OptionalTasks = tuple[SerializeAsAny[AnyTask], ...] | None
Triggers = tuple[SerializeAsAny[AnyTrigger], ...]
Conditions = tuple[SerializeAsAny[AnyCondition], ...]
