"""The page of a flow's own keys and of the types of its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flows.spec.registry import load_registry
from flows.spec.schema import flow_schema
from tools.docs.meanings import FLOW
from tools.docs.page import Page, page, prose
from tools.docs.properties import part_title, parts_of, properties, with_inner

_INTRO: Final = """
A flow is one YAML 1.2 document. Keys that are not in this table are refused, with their line and
column; `downbeat flow validate` and the editor name the nearest known one. Tasks and triggers are
described in [task and trigger types](types.md), expressions in [expressions](expressions.md).
"""


def pages() -> Iterator[Page]:
    """One page."""
    defs: dict[str, Any] = flow_schema(load_registry())["$defs"]
    flow = defs["FlowSpec"]
    yield page(
        "flow.md", "Keys of a flow", _INTRO, properties(flow, meanings=FLOW), *_parts(flow, defs)
    )


def _parts(flow: dict[str, Any], defs: dict[str, Any]) -> Iterator[str]:
    for name in with_inner(parts_of(flow), defs):
        yield f"## {part_title(name)}"
        yield prose(defs[name].get("description", ""))
        yield properties(defs[name])
