"""Source text → flow or diagnostics: reads, merges defaults, validates, lints. Never raises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from downbeat.sdk.anytask import Tally
from flows.spec.defaults import check_defaults, defaults_of, with_defaults
from flows.spec.diagnostics import Diagnostic, Path, Severity, errors_of, path_text
from flows.spec.explain import Explainer, deprecated_keys
from flows.spec.flow import FlowSpec, PluginDefault
from flows.spec.lint import lint_flow
from flows.spec.registry import Registry, full_name
from flows.spec.source import DEFAULT_LIMITS, Document, numbered_documents, parse_source
from flows.spec.yaml_reader import Limits

MAX_DOCUMENTS: Final = 1_000
Defaults = Sequence[PluginDefault | Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ParsedFlow:
    """What a source says: a flow if it is valid, and in any case every finding.

    ``document`` is the data as written, without defaults.
    """

    flow: FlowSpec | None
    diagnostics: tuple[Diagnostic, ...]
    source: str
    deprecations: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    document: Mapping[str, Any] | None = None
    positions: Document | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that refuse the source."""
        return errors_of(self.diagnostics)


def parse_flow(
    text: str,
    registry: Registry,
    *,
    namespace_defaults: Defaults = (),
    limits: Limits = DEFAULT_LIMITS,
    first_line: int = 0,
) -> ParsedFlow:
    """The flow of a source with one document.

    ``namespace_defaults`` are the plug-in defaults around the flow, nearest first.
    """
    document = parse_source(text, limits=limits, first_line=first_line)
    if document.diagnostics:
        return ParsedFlow(None, document.diagnostics, text, positions=document)
    if not isinstance(document.data, dict):
        line, column = document.position(())
        message = "A flow is a map with 'id', 'namespace' and 'tasks'"
        found = Diagnostic(Severity.ERROR, "flow.not_a_map", message, line=line, column=column)
        return ParsedFlow(None, (found,), text, positions=document)
    return parse_document(text, document, registry, namespace_defaults)


def parse_flows(
    text: str, registry: Registry, *, namespace_defaults: Defaults = ()
) -> tuple[ParsedFlow, ...]:
    """The flow of each document of a source; positions count from the start of the source."""
    documents = numbered_documents(text) or [(0, text)]
    return tuple(
        parse_flow(part, registry, namespace_defaults=namespace_defaults, first_line=line)
        for line, part in documents[:MAX_DOCUMENTS]
    )


def source_namespace(text: str) -> str | None:
    """The namespace that a source names, valid or not: whose defaults apply to it."""
    data = parse_source(text).data
    found = data.get("namespace") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def parse_document(
    text: str, document: Document, registry: Registry, namespace_defaults: Defaults
) -> ParsedFlow:
    """The flow of a document that could be read and is a map."""
    diagnostics = list(check_defaults(document, registry))
    around = (
        PluginDefault.model_validate(dict(item)) if isinstance(item, Mapping) else item
        for item in namespace_defaults
    )
    data = with_defaults(document.data, (*defaults_of(document.data), *around), registry)
    flow: FlowSpec | None = None
    try:
        flow = FlowSpec.model_validate(
            data, context={"registry": registry, "tally": Tally()}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        diagnostics.extend(Explainer(document, data, registry).explain(error, FlowSpec))
    if flow is not None:
        diagnostics.extend(lint_flow(flow, document, registry))
    valid = not errors_of(diagnostics)
    return ParsedFlow(
        flow if valid else None,
        tuple(sorted(diagnostics, key=lambda item: (item.line, item.column))),
        text,
        deprecations=tuple(_deprecations(flow, data, registry)) if flow else (),
        infos=tuple(_infos(data, registry)),
        document=document.data,
        positions=document,
    )


def _deprecations(flow: FlowSpec, data: Mapping[str, Any], registry: Registry) -> Iterator[str]:
    """Paths of deprecated types and properties."""
    yield from deprecated_keys(FlowSpec, data)
    for number, known in enumerate(flow.inputs):
        if known.deprecated:
            yield path_text(("inputs", number))
        for key in deprecated_keys(type(known), data["inputs"][number]):
            yield path_text(("inputs", number, key))
    for place, task in flow.walk():
        if registry.is_deprecated(task.type):
            yield path_text(place)
        for key in deprecated_keys(type(task), task.raw):
            yield path_text((*place, key))
    for number, trigger in enumerate(flow.triggers):
        if registry.is_deprecated(trigger.type):
            yield path_text(("triggers", number))
        for key in deprecated_keys(type(trigger), trigger.raw):
            yield path_text(("triggers", number, key))
        yield from _old_conditions(trigger.raw, ("triggers", number), registry)


def _old_conditions(data: Mapping[str, Any], place: Path, registry: Registry) -> Iterator[str]:
    """Paths of deprecated conditions, also of those inside others."""
    listed = data.get("conditions") or ()
    inside = listed.items() if isinstance(listed, Mapping) else enumerate(listed)
    for key, condition in inside:
        path = (*place, "conditions", key)
        if registry.is_deprecated(condition["type"]):
            yield path_text(path)
        yield from _old_conditions(condition, path, registry)


def _infos(data: Any, registry: Registry) -> Iterable[str]:
    """Which older names of types are replaced by newer ones."""
    found: dict[str, None] = {}
    pending = [data]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            name = item.get("type")
            newer = registry.replaced_by(name) if isinstance(name, str) else None
            if newer:
                found[f"{full_name(str(name))} is replaced by {newer}"] = None
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return sorted(found)
