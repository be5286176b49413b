"""Renders the properties of a task or trigger: from the source's text to typed values.

A property that holds text is rendered to text. Any other property that is one whole expression
takes the expression's value as it is; texts inside lists and maps are rendered to text. Tasks
inside a task are never rendered with it: each is rendered when it runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from downbeat.sdk.anytask import TaskRegistry
from downbeat.sdk.fields import Spec, has_expression
from downbeat.sdk.task import Task
from downbeat.sdk.trigger import Trigger
from flows.spec.diagnostics import path_text
from flows.spec.explain import described
from flows.spec.expressions import (
    Budget,
    ExpressionError,
    References,
    Services,
    compile_template,
    render_value,
)
from flows.spec.grammar import Inner, Property, class_of, part_keys, properties

Part = TypeVar("Part", Task, Trigger)
Context = Mapping[str, Any]
NEVER_RENDERED = frozenset({"id", "type", "description", "run_if", "disabled"})


class RenderError(Exception):
    """A property could not be rendered, or what it renders to is not what the type takes."""

    def __init__(self, field: str, message: str, *, code: str = "render") -> None:
        super().__init__(f"Property '{field}': {message}" if field else message)
        self.field, self.message, self.code = field, message, code


class _NoTypes:
    """A registry for rendering: nested parts are objects already, so nothing is looked up."""

    def task(self, type_name: str) -> None:
        return None

    trigger = condition = task

    def near(self, type_name: str) -> tuple[str, ...]:
        return ()


_NO_TYPES = _NoTypes()


class Renderer:
    """Renders properties in one context, with one set of services."""

    def __init__(
        self, context: Context, services: Services, *, budget: Budget | None = None
    ) -> None:
        self._context, self._services, self._budget = context, services, budget

    def properties(self, spec: type[Spec], raw: Mapping[str, Any]) -> dict[str, Any]:
        """The raw properties with every dynamic one rendered; tasks inside stay as they are."""
        known = properties(spec)
        found = {key: self._property(known.get(key), value, key) for key, value in raw.items()}
        for prop in known.values():
            written = any(key in raw for key in prop.keys)
            if prop.dynamic != "no" and not written and has_expression(prop.default):
                found[prop.keys[0]] = self.dynamic(prop, prop.default, prop.keys[0])
        return found

    def dynamic(self, prop: Property, value: Any, key: str) -> Any:
        """One dynamic property, rendered."""
        try:
            if isinstance(value, str):
                template = compile_template(value)
                if template.is_literal:
                    return value
                if prop.dynamic == "text":
                    return template.render(
                        self._context, services=self._services, budget=self._budget
                    )
                return template.evaluate(
                    self._context, services=self._services, budget=self._budget
                )
            if isinstance(value, (dict, list)):
                return render_value(
                    value, self._context, services=self._services, budget=self._budget
                )
        except ExpressionError as error:
            raise RenderError(key, str(error), code=str(error.code)) from None
        return value

    def _property(self, prop: Property | None, value: Any, key: str) -> Any:
        if prop is None or prop.name in NEVER_RENDERED:
            return value
        if prop.dynamic != "no":
            return self.dynamic(prop, value, key)
        return self._inside(prop.inner, value)

    def _inside(self, inner: Inner | None, value: Any) -> Any:
        """Static properties may hold specs with dynamic ones."""
        if inner is None or inner.mode == "part":
            return value
        if inner.mode == "list" and isinstance(value, list):
            return [self._inside(inner.item, item) for item in value]
        if inner.mode == "map" and isinstance(value, dict):
            return {key: self._inside(inner.item, item) for key, item in value.items()}
        spec = class_of(inner, value, _NO_TYPES)
        return value if spec is None else self.properties(spec, value)


def render_task(
    task: Part, context: Context, services: Services, *, budget: Budget | None = None
) -> Part:
    """The task (or trigger) with every dynamic property rendered and typed."""
    rendered = Renderer(context, services, budget=budget).properties(type(task), task.raw)
    for key in part_keys(type(task)) & rendered.keys():
        rendered[key] = getattr(task, properties(type(task))[key].name)
    found = _validated(type(task), rendered)
    found._raw = task.raw
    return found


def render_trigger(
    trigger: Trigger, context: Context, services: Services, *, budget: Budget | None = None
) -> Trigger:
    """The trigger with every dynamic property rendered and typed."""
    return render_task(trigger, context, services, budget=budget)


def render_properties(
    spec: type[Spec],
    raw: Mapping[str, Any],
    context: Context,
    services: Services,
    *,
    budget: Budget | None = None,
) -> dict[str, Any]:
    """Raw properties of a type, rendered but not yet typed: what travels to a task process."""
    return Renderer(context, services, budget=budget).properties(spec, raw)


def render_field(
    task: Task | Trigger,
    field: str,
    context: Context,
    services: Services,
    *,
    budget: Budget | None = None,
) -> Any:
    """One property by its Python name, rendered and typed; its default if it is not written."""
    prop = next((p for p in properties(type(task)).values() if p.name == field), None)
    if prop is None:
        raise RenderError(field, f"{task.type} has no such property")
    key = next((key for key in prop.keys if key in task.raw), None)
    if key is None and not has_expression(prop.default):
        return getattr(task, field)
    written = prop.default if key is None else task.raw[key]
    renderer = Renderer(context, services, budget=budget)
    name = key or prop.keys[0]
    value = renderer._property(prop, written, name)
    try:
        return _adapter(type(task), field).validate_python(
            value, context={"rendered": True}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise RenderError(name, _messages(error, name)) from None


def text_of(value: Any) -> str:
    """A value as an expression prints it: text as it is, nothing for null, else compact JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def iteration_values(rendered: Any) -> tuple[str, ...]:
    """The texts that a loop iterates over: each once, in order; nulls are refused.

    ``rendered`` is a list, or the JSON text of one.
    """
    values = rendered
    if isinstance(rendered, str):
        try:
            values = json.loads(rendered)
        except ValueError:
            raise RenderError("values", f"not a JSON list: '{rendered[:200]}'") from None
    if not isinstance(values, list):
        raise RenderError("values", "a loop needs a list of values")
    if any(value is None for value in values):
        raise RenderError("values", "found null among the values")
    return tuple(dict.fromkeys(text_of(value) for value in values))


def templates_of(task: Task | Trigger) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text with an expression in the task's own properties, with its place in its raw."""
    chosen = _expression_keys(type(task))
    for key, value in task.raw.items():
        if key in chosen:
            yield from texts_inside(value, (key,))


@cache
def _expression_keys(spec: type[Task] | type[Trigger]) -> frozenset[str]:
    """Keys that may hold expressions of the part itself; anywhere in a trigger."""
    if issubclass(spec, Trigger):
        return frozenset(properties(spec)) - {"id", "type", "description"}
    rendered = (
        key
        for key, prop in properties(spec).items()
        if prop.dynamic != "no" or prop.inner is not None or prop.name == "run_if"
    )
    return frozenset(rendered) - part_keys(spec)


def texts_inside(
    value: Any, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text with an expression inside a value, with its place."""
    if isinstance(value, str):
        if has_expression(value):
            yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if has_expression(key):
                yield place, key
            yield from texts_inside(item, (*place, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from texts_inside(item, (*place, index))


def references_of(task: Task | Trigger) -> References:
    """All that the task's own expressions may read, tasks inside it left out."""
    return merged_references(text for _, text in templates_of(task))


def merged_references(texts: Iterator[str]) -> References:
    """All that several templates may read; one that does not parse counts as ``has_dynamic``."""
    found: list[References] = []
    broken = False
    for text in texts:
        try:
            found.append(compile_template(text).references)
        except ExpressionError:
            broken = True
    return References(
        names=_union(item.names for item in found),
        paths=_union(item.paths for item in found),
        outputs=_union(item.outputs for item in found),
        inputs=_union(item.inputs for item in found),
        vars=_union(item.vars for item in found),
        envs=_union(item.envs for item in found),
        secrets=_union(item.secrets for item in found),
        kv=_union(item.kv for item in found),
        functions=_union(item.functions for item in found),
        filters=_union(item.filters for item in found),
        has_dynamic=broken or any(item.has_dynamic for item in found),
    )


def _union(groups: Iterator[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sorted({item for group in groups for item in group}))


def _validated(spec: type[Part], rendered: dict[str, Any]) -> Part:
    try:
        return spec.model_validate(
            rendered,
            context={"rendered": True, "registry": _NO_TYPES},
            by_alias=True,
            by_name=False,
        )
    except ValidationError as error:
        raise RenderError("", _messages(error, "")) from None


def _messages(error: ValidationError, field: str) -> str:
    found: dict[str, None] = {}
    for detail in error.errors(include_url=False):
        path = tuple(detail["loc"]) if not field else (field, *detail["loc"])
        _, message = described(detail, path[:1], None)
        place = path_text(path[:1])
        given = detail.get("input")
        known = not isinstance(given, str | int | float) or ", got " in message
        shown = "" if known else f", got '{text_of(given)[:100]}'"
        found[f"{place}: {message}{shown}"] = None
    return "; ".join(found)


@cache
def _adapter(spec: type[Spec], field: str) -> TypeAdapter[Any]:
    info = spec.model_fields[field]
    annotation: Any = info.annotation
    for item in info.metadata:
        annotation = Annotated[annotation, item]
    return TypeAdapter(annotation)


def type_of(name: str, registry: TaskRegistry) -> type[Task] | type[Trigger] | None:
    """The class of a task or trigger type by any of its names."""
    return registry.task(name) or registry.trigger(name)
