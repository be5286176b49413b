"""One task or trigger on its own: what is wrong with it, before it stands in a flow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

from flows.spec.diagnostics import Diagnostic
from flows.spec.parse import Defaults, ParsedFlow, parse_document
from flows.spec.registry import Registry
from flows.spec.source import DEFAULT_LIMITS, Document, parse_source
from flows.spec.yaml_reader import Limits, Mark

Section = Literal["tasks", "triggers"]
_AROUND: Final[dict[str, Any]] = {"id": "part", "namespace": "part"}
_COMPANION: Final = {"id": "companion-of-the-part", "type": "core.log.Log", "message": ""}


def parse_part(
    text: str,
    registry: Registry,
    section: Section,
    *,
    namespace_defaults: Defaults = (),
    limits: Limits = DEFAULT_LIMITS,
) -> ParsedFlow:
    """The findings about one task or trigger; places count in its own source.

    It is judged inside an otherwise empty flow. What only the real flow could know, such as
    whether a task that it names exists, is not judged; nor does ``flow`` mean anything.
    """
    document = parse_source(text, limits=limits)
    if document.diagnostics:
        return ParsedFlow(None, document.diagnostics, text, positions=document)
    outcome = parse_document(text, _around(document, section), registry, namespace_defaults)
    prefix = f"{section}[0]"
    found = [_inside(item, prefix) for item in outcome.diagnostics if _concerns(item, prefix)]
    return replace(
        outcome,
        diagnostics=tuple(found),
        deprecations=tuple(_stripped(path, prefix) for path in outcome.deprecations),
        document=document.data if isinstance(document.data, dict) else None,
        positions=document,
    )


def _around(part: Document, section: Section) -> Document:
    """The document of a flow that holds nothing but the part."""
    data = {**_AROUND, section: [part.data]}
    if section == "triggers":
        data["tasks"] = [_COMPANION]
    root, items = Mark(0, 0), Mark(0, 0)
    items.inside = {0: part.root} if part.root is not None else None
    root.inside = {section: items}
    return Document(data, (), root, part.first_line)


def _concerns(item: Diagnostic, prefix: str) -> bool:
    return item.path.startswith(prefix) and not item.code.startswith("reference.")


def _inside(item: Diagnostic, prefix: str) -> Diagnostic:
    return replace(item, path=_stripped(item.path, prefix))


def _stripped(path: str, prefix: str) -> str:
    return path.removeprefix(prefix).removeprefix(".")
