"""Rewrites the deprecated forms of a source to those in use; everything else stays as it was written.

Edits are cuts of the author's own text at the places of single keys and values, so comments,
order, quotes and spaces stay. A form is rewritten only where the newer one means the same: an old
key of the same shape, an older name of a type, and a type whose successor takes the same
properties under other names. What has no such successor is left, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml

from downbeat.sdk.fields import Spec
from flows.spec.diagnostics import Diagnostic, Severity, errors_of
from flows.spec.flow import FlowSpec
from flows.spec.grammar import Inner, Property, class_of, properties
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, full_name
from flows.spec.source import numbered_documents, parse_source

_OLD_PREFIX: Final = "io.kestra."
_INPUT_TYPES: Final[Mapping[str, str]] = {"ENUM": "SELECT"}


@dataclass(frozen=True, slots=True)
class Successor:
    """The type that replaces another one, where it means the same."""

    type: str
    keys: Mapping[str, str] = field(default_factory=dict)
    """Properties that are called otherwise there."""
    adds: Mapping[str, str] = field(default_factory=dict)
    """Properties whose default differs, with the older type's default as it is written in YAML."""
    most_tasks: int | None = None
    """Where more tasks stand in the group, the two do not mean the same."""


SUCCESSORS: Final[Mapping[str, Successor]] = {
    "core.flow.EachSequential": Successor("core.flow.ForEach", {"value": "values"}),
    "core.flow.EachParallel": Successor(
        "core.flow.ForEach",
        {"value": "values", "concurrent": "concurrencyLimit"},
        adds={"concurrencyLimit": "0"},
        most_tasks=1,
    ),
    "core.debug.Echo": Successor("core.log.Log", {"format": "message"}),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One rewritten place: its line (from 1), and the text before and after."""

    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Modernised:
    """A source without deprecated forms, as far as that is possible."""

    source: str
    changes: tuple[Change, ...] = ()
    left: tuple[Diagnostic, ...] = ()
    """Deprecated forms that somebody has to think about."""
    errors: tuple[Diagnostic, ...] = ()
    """Why the source was not touched: it is not valid."""


def modernise(text: str, registry: Registry) -> Modernised:
    """The rewritten source of one or several documents; one that is not valid is left alone."""
    parts = numbered_documents(text)
    errors = tuple(found for start, part in parts for found in _errors(part, start, registry))
    if errors:
        return Modernised(text, errors=errors)
    walk = _Walk(registry)
    for node in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        if node is not None:
            walk.into(node, Inner("spec", specs=(FlowSpec,)))
    source = _edited(text, walk.edits)
    broken = [
        found
        for start, part in numbered_documents(source)
        for found in _errors(part, start, registry)
    ]
    if broken:  # a rewriting that breaks a flow is a fault of ours; the author's text is safe
        return Modernised(text, left=tuple(broken))
    changes = (
        Change(edit.line, text[edit.start : edit.end], edit.text.strip(", \n"))
        for edit in walk.edits
    )
    return Modernised(
        source,
        tuple(sorted(changes, key=lambda change: change.line)),
        tuple(sorted(walk.left, key=lambda found: found.line)),
    )


def _errors(part: str, first_line: int, registry: Registry) -> tuple[Diagnostic, ...]:
    """What is wrong with a document; bounded before anything else reads it."""
    document = parse_source(part, first_line=first_line)
    if document.diagnostics:
        return document.diagnostics
    found = errors_of(parse_flow(part, registry).diagnostics)
    return tuple(replace(one, line=one.line + first_line) for one in found)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str
    line: int


@dataclass(slots=True)
class _Walk:
    """Goes through a source beside the grammar, and gathers what is to be rewritten."""

    registry: Registry
    edits: list[_Edit] = field(default_factory=list)
    left: list[Diagnostic] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def into(self, node: yaml.Node, inner: Inner | None) -> None:
        """Looks at a part of the source that the grammar describes by ``inner``."""
        if inner is None or id(node) in self._seen:
            return  # an alias is the same text as its anchor
        self._seen.add(id(node))
        match node, inner.mode:
            case yaml.SequenceNode(), "list":
                for item in node.value:
                    self.into(item, inner.item)
            case yaml.MappingNode(), "map":
                for _, value in node.value:
                    self.into(value, inner.item)
            case yaml.MappingNode(), _:
                self._map(node, inner)

    def _map(self, node: yaml.MappingNode, inner: Inner) -> None:
        entries = {key.value: (key, value) for key, value in node.value if _is_text(key)}
        spec = class_of(inner, _outline(entries), self.registry)
        if spec is None:
            return
        successor = self._type(entries, inner, spec)
        known = properties(spec)
        for name, (key, value) in entries.items():
            prop = known.get(name)
            if prop is not None:
                self._key(key, name, prop, known, entries, successor)
                self.into(value, prop.inner)
        if successor:
            self._add(successor, entries)

    def _type(self, entries: Mapping[str, Any], inner: Inner, spec: type[Spec]) -> Successor | None:
        node = entries["type"][1] if "type" in entries else None
        if node is None or not _is_text(node):
            return None
        if inner.mode == "spec":
            if node.value in _INPUT_TYPES and spec.__module__ == "downbeat.sdk.inputs":
                self._write(node, _INPUT_TYPES[node.value])
            elif not self.registry.is_deprecated(node.value):  # defaults of a type, by its name
                self._name(node, self.registry.canonical(node.value))
            return None
        canonical = self.registry.canonical(node.value)
        instead = self.registry.is_deprecated(node.value)
        successor = SUCCESSORS.get(canonical) if instead else None
        if successor and not _fits(successor, entries):
            successor = None
        if instead and successor is None:
            message = f"'{canonical}' is deprecated; {instead} replaces it, but means another thing"
            self._leave(node, "type.deprecated", message)
            return None
        self._name(node, successor.type if successor else canonical)
        return successor

    def _name(self, node: yaml.ScalarNode, wanted: str) -> None:
        """A type's name in use, with the optional prefix where the author writes it."""
        if self.registry.find(wanted) is None:
            return
        written = full_name(wanted) if node.value.startswith(_OLD_PREFIX) else wanted
        if written != node.value:
            self._write(node, written)

    def _key(
        self,
        node: yaml.ScalarNode,
        name: str,
        prop: Property,
        known: Mapping[str, Property],
        entries: Mapping[str, Any],
        successor: Successor | None,
    ) -> None:
        wanted = successor.keys.get(name, name) if successor else name
        if wanted == name and prop.deprecated:
            twin = known.get(prop.deprecated)
            if twin is None or twin.inner != prop.inner or prop.deprecated in entries:
                message = f"'{name}' is deprecated; use {prop.deprecated} instead"
                self._leave(node, "property.deprecated", message)
                return
            wanted = prop.deprecated
        elif wanted == name:
            wanted = prop.keys[0]
        if wanted != name:
            self._write(node, wanted)

    def _add(self, successor: Successor, entries: Mapping[str, Any]) -> None:
        present = {successor.keys.get(name, name) for name in entries}
        for name, value in successor.adds.items():
            if name in present:
                continue
            at = entries["type"][0].start_mark
            flow_style = at.line == entries["type"][1].end_mark.line and _inside_braces(entries)
            gap = ", " if flow_style else "\n" + " " * at.column
            self.edits.append(_Edit(at.index, at.index, f"{name}: {value}{gap}", at.line + 1))

    def _write(self, node: yaml.ScalarNode, text: str) -> None:
        quote = node.style if node.style in ("'", '"') else ""
        start, end = node.start_mark, node.end_mark
        self.edits.append(_Edit(start.index, end.index, f"{quote}{text}{quote}", start.line + 1))

    def _leave(self, node: yaml.Node, code: str, message: str) -> None:
        mark = node.start_mark
        self.left.append(
            Diagnostic(Severity.WARNING, code, message, line=mark.line + 1, column=mark.column + 1)
        )


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">")


def _outline(entries: Mapping[str, Any]) -> dict[str, Any]:
    """What the grammar needs to know of a map to find its class."""
    found: dict[str, Any] = dict.fromkeys(entries)
    if "type" in entries and isinstance(entries["type"][1], yaml.ScalarNode):
        found["type"] = entries["type"][1].value
    return found


def _fits(successor: Successor, entries: Mapping[str, Any]) -> bool:
    if any(new in entries for old, new in successor.keys.items() if old in entries):
        return False
    if successor.most_tasks is None:
        return True
    tasks = entries["tasks"][1] if "tasks" in entries else None
    return isinstance(tasks, yaml.SequenceNode) and len(tasks.value) <= successor.most_tasks


def _inside_braces(entries: Mapping[str, Any]) -> bool:
    """Whether a map is written in one line, between braces."""
    lines = [key.start_mark.line for key, _ in entries.values()]
    return len(lines) != len(set(lines))


def _edited(text: str, edits: list[_Edit]) -> str:
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))
