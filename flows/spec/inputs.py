"""Inputs of a start or a resume: which are asked for, what each is worth, and what is wrong.

An input is asked for if all inputs that it depends on are, and its condition is true. Those that
are not are dropped with their values. Values are found in the order of dependence, so that
defaults, conditions and computed lists may use the inputs before them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from downbeat.sdk.fields import has_expression, truth
from downbeat.sdk.inputs import (
    INPUT_TYPES,
    FileInput,
    Input,
    MultiselectInput,
    SecretInput,
    SelectInput,
    StringInput,
)
from flows.spec.flow import Output
from flows.spec.input_checks import checked, choices
from flows.spec.render import text_of
from flows.spec.typed import NotOfType, typed

__all__ = [
    "INPUT_TYPES",
    "InputError",
    "InputState",
    "TypedInputs",
    "lookup",
    "put",
    "type_inputs",
    "type_output",
]
SHOWN: Final = 200
HIDDEN: Final = "******"
Render = Callable[[str, Mapping[str, Any]], Any]
"""Renders a text with the inputs found so far (nested); raises if it cannot be rendered."""


@dataclass(frozen=True, slots=True)
class InputError:
    """A value that is refused, in words for whoever gave it."""

    id: str
    reason: str
    value: str

    @property
    def message(self) -> str:
        return f"Invalid input for `{self.id}`, {self.reason}, but received `{self.value}`"

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class InputState:
    """One input as a form shows it."""

    definition: Input
    enabled: bool
    value: Any = None
    is_default: bool = False
    errors: tuple[InputError, ...] = ()
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TypedInputs:
    """The outcome: values as expressions see them, and every error.

    ``secrets`` are the ids whose values must be encrypted before they are stored; ``unknown`` are
    names that were given but that nobody asks for.
    """

    values: Mapping[str, Any]
    errors: tuple[InputError, ...]
    states: tuple[InputState, ...]
    secrets: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors


def type_inputs(
    definitions: Sequence[Input],
    given: Mapping[str, Any],
    *,
    render: Render,
    check_required: bool = True,
) -> TypedInputs:
    """Types what was given; ``check_required`` is off for executions that triggers make."""
    resolver = _Resolver(definitions, given, render, check_required)
    for definition in definitions:
        resolver.state(definition.id)
    states = tuple(resolver.found[item.id] for item in definitions)
    return TypedInputs(
        values=resolver.values,
        errors=tuple(error for state in states for error in state.errors),
        states=states,
        secrets=tuple(
            state.definition.id
            for state in states
            if isinstance(state.definition, SecretInput) and state.value is not None
        ),
        unknown=_unknown(definitions, given),
    )


@dataclass(slots=True)
class _Resolver:
    definitions: Sequence[Input]
    given: Mapping[str, Any]
    render: Render
    check_required: bool
    found: dict[str, InputState] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    _pending: set[str] = field(default_factory=set)

    def state(self, name: str) -> InputState | None:
        if name in self.found:
            return self.found[name]
        definition = next((item for item in self.definitions if item.id == name), None)
        if definition is None or name in self._pending:
            return None
        self._pending.add(name)
        self.found[name] = state = self._resolved(definition)
        self._pending.discard(name)
        if state.enabled and not state.errors:
            put(self.values, name, state.value)
        return state

    def _resolved(self, definition: Input) -> InputState:
        if not self._enabled(definition):
            return InputState(definition, enabled=False)
        value, is_default = self._given(definition)
        try:
            options = self._choices(definition)
            if value is None:
                value, is_default = self._default(definition, options)
            if value is None:
                return self._missing(definition, options)
            value = checked(definition, value, list_of=self._rendered)
        except NotOfType as error:
            secret = isinstance(definition, SecretInput)
            shown = HIDDEN if secret else text_of(value)[:SHOWN]
            refused = InputError(definition.id, str(error), shown)
            return InputState(
                definition, enabled=True, value=value, is_default=is_default, errors=(refused,)
            )
        return InputState(
            definition, enabled=True, value=value, is_default=is_default, choices=options
        )

    def _enabled(self, definition: Input) -> bool:
        depends = definition.depends_on
        if depends is None:
            return True
        for name in depends.inputs:
            state = self.state(name)
            if state is None or not state.enabled:
                return False
        if depends.condition is None:
            return True
        try:
            return truth(self.render(depends.condition, self.values))
        except Exception:
            return False

    def _given(self, definition: Input) -> tuple[Any, bool]:
        value = lookup(self.given, definition.id)
        if value == "" and not isinstance(definition, (StringInput, SecretInput)):
            return None, False
        return value, False

    def _default(self, definition: Input, options: tuple[str, ...] | None) -> tuple[Any, bool]:
        value = definition.defaults
        if value is None and getattr(definition, "auto_select_first", False) and options:
            return options[0], True
        if isinstance(value, str) and has_expression(value):
            value = self._rendered(value)
        return value, value is not None

    def _choices(self, definition: Input) -> tuple[str, ...] | None:
        if isinstance(definition, (SelectInput, MultiselectInput)):
            return tuple(choices(definition, self._rendered))
        return None

    def _missing(self, definition: Input, options: tuple[str, ...] | None) -> InputState:
        errors: tuple[InputError, ...] = ()
        if definition.required and self.check_required:
            what = "a file" if isinstance(definition, FileInput) else "a value"
            reason = f"missing required input: it needs {what}"
            errors = (InputError(definition.id, reason, "null"),)
        return InputState(definition, enabled=True, errors=errors, choices=options)

    def _rendered(self, text: str) -> Any:
        try:
            return self.render(text, self.values)
        except Exception as error:
            raise NotOfType(f"`{text[:SHOWN]}` cannot be rendered ({error})") from error


def lookup(given: Mapping[str, Any], name: str) -> Any:
    """The value given for an id with dots: by the id itself, or inside nested maps."""
    if name in given:
        return given[name]
    found: Any = given
    for step in name.split("."):
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    return found


def put(values: dict[str, Any], name: str, value: Any) -> None:
    """Stores a value under an id; dots make nested maps."""
    *outer, last = name.split(".")
    for step in outer:
        inside = values.get(step)
        if not isinstance(inside, dict):
            inside = values[step] = {}
        values = inside
    values[last] = value


def _unknown(definitions: Sequence[Input], given: Mapping[str, Any]) -> tuple[str, ...]:
    known = {item.id for item in definitions}
    roots = {name.split(".", 1)[0] for name in known}
    return tuple(
        name
        for name, value in given.items()
        if name not in known and not (name in roots and isinstance(value, Mapping))
    )


def type_output(output: Output, value: Any) -> Any:
    """A rendered flow output as its declared type; ``NotOfType`` if it is none."""
    if output.type is None:
        return value
    if value is None or (value == "" and output.type not in ("STRING", "SECRET")):
        if output.required:
            raise NotOfType(f"Output `{output.id}` has no value")
        return None
    try:
        return typed(output.type, value, item_type=output.item_type)
    except NotOfType as error:
        shown = text_of(value)[:SHOWN]
        message = f"Invalid output for `{output.id}`, {error}, but received `{shown}`"
        raise NotOfType(message) from None
