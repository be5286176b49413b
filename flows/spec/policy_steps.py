"""The tasks of a flow as policies see them, with those that other tasks write. Pure.

Theory of operation. A policy judges before anything runs, so it judges texts. What an expression
becomes nobody knows yet: whoever may write one may make it anything. So a text with an expression
is *open*. A policy that describes what must not be meets an open text whenever its literal ends do
not rule that out, and one that says what has to be is met by it only where the text around the
expression is what the pattern asks for. A TemplatedTask whose source has expressions is open as a
whole; without them its source is read, and is a step like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from downbeat.sdk.task import StandInTask, Task
from flows.spec.expressions import is_template
from flows.spec.flow import FlowSpec
from flows.spec.registry import Registry, short_name
from flows.spec.render import RenderError
from flows.spec.written_task import FIELD, written_task

_WILD: Final = re.compile(r"\*|\?|\[[^]]*\]")
_OPENINGS: Final = ("{{", "{%", "{#")
_CLOSINGS: Final = ("}}", "%}", "#}")
_IMAGES: Final = frozenset({"image", "containerImage"})
_GROUPS: Final = frozenset({"tasks", "then", "else", "cases", "errors", "finally"})
UNKNOWN: Final = "what it becomes only a run knows"
ANYTHING: Final = "{{ }}"


@dataclass(frozen=True, slots=True)
class Step:
    """A task: its type by its own name, its properties, and whether it may become any other."""

    type: str
    raw: Mapping[str, Any]
    open: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """A text that a pattern is held against; `exact` ones no wildcard allows."""

    text: str
    exact: bool = False
    of: str = ""
    """Who says so, where the text is nothing that a person has written."""

    def __str__(self) -> str:
        return f"{self.of or self.text} ({UNKNOWN})" if is_template(self.text) else self.text


def steps_of(flow: FlowSpec, registry: Registry | None) -> Iterator[Step]:
    """Every task at every depth, and behind one that writes another, the one that it writes."""
    for _, task in flow.walk():
        text = task.raw.get(FIELD) if isinstance(task, StandInTask) else None
        if text is None:
            yield _step(task)
        elif registry is None or not isinstance(text, str) or is_template(text):
            yield Step(_step(task).type, task.raw, open=True)
        else:
            yield _step(task)
            yield from _written(text, task.id, registry)


def types_of(step: Step, *, allowed: bool) -> Iterator[Said]:
    """The types that a step is, and may become; `allowed` when asked whether they may be.

    Whoever allows a task that may become anything by its whole name knows what they allow.
    """
    yield Said(step.type, exact=step.open)
    if step.open and not allowed:
        yield Said(ANYTHING, of=step.type)


def runners_of(step: Step) -> Iterator[Said]:
    """The task runner that a step names."""
    runner = step.raw.get("taskRunner")
    if isinstance(runner, Mapping) and isinstance(runner.get("type"), str):
        yield Said(short_name(runner["type"]))
    if step.open:
        yield Said(ANYTHING, of=step.type)


def images_of(step: Step) -> Iterator[Said]:
    """Images that are named anywhere in a step."""
    yield from map(Said, _images(step.raw))
    if step.open:
        yield Said(ANYTHING, of=step.type)


def may_be(said: Said, pattern: str) -> bool:
    """Whether a text is, or may become, what a pattern describes."""
    text = said.text
    if not is_template(text):
        return fnmatchcase(text, pattern)
    begin = text[: min((at for mark in _OPENINGS if (at := text.find(mark)) >= 0), default=0)]
    closed = (text.rfind(mark) + len(mark) for mark in _CLOSINGS if mark in text)
    end = text[max(closed, default=len(text)) :]
    parts = _WILD.split(pattern)
    if len(parts) == 1:
        return pattern.startswith(begin) and pattern.endswith(end)
    first, last = parts[0], parts[-1]
    fits = begin.startswith(first) or first.startswith(begin)
    return fits and (end.endswith(last) or last.endswith(end))


def surely_is(said: Said, pattern: str) -> bool:
    """Whether a text is what a pattern asks for, whatever becomes of its expressions."""
    return said.text == pattern if said.exact else fnmatchcase(said.text, pattern)


def _step(task: Task) -> Step:
    return Step(short_name(str(getattr(task, "type_name", "") or task.type)), task.raw)


def _written(text: str, task_id: str, registry: Registry) -> Iterator[Step]:
    try:
        yield _step(written_task(text, task_id, registry))
    except RenderError:
        # It writes nothing that could run.
        return


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _IMAGES and isinstance(inner, str):
                yield inner
            elif key not in _GROUPS:
                yield from _images(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _images(inner)
