"""Compiled revisions, kept per process: a revision never changes, so its plan is made once.

Only a move of its namespace writes a revision anew: so whoever asks says where the flow lives.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Final
from uuid import UUID

from downbeat.sdk.shapes import Iteration
from downbeat.sdk.task import InlineTask
from executions.engine.counting import phase_of
from executions.engine.plan import Node, Plan, compile_plan
from executions.engine.state import Phase
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.expressions import References
from flows.spec.flow import FlowSpec
from flows.spec.render import merged_references, references_of, templates_of, texts_inside
from tenants import facade as tenants
from tenants.contracts import NamespaceRef

OUTSIDE: Final = frozenset({"secret", "read", "fileURI", "fileSize", "fileExists", "kv"})
"""Functions that reach further than the database transaction of a turn may wait for."""
QUICK_OUTSIDE: Final = frozenset({"kv"})
KEPT: Final = 512
NAMESPACE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node before it runs."""

    references: References
    static: bool
    """No property holds an expression: the task is as written."""
    depth: int
    """How many loops are around it."""
    captures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A revision with its plan."""

    revision: RevisionRef
    plan: Plan
    nodes: tuple[NodeFacts, ...]
    depths: Mapping[str, int]
    """Loops around each task, by task id."""
    secret_inputs: tuple[str, ...] = ()
    loops: tuple[tuple[int, ...], ...] = ()
    """The loops around each node, the outermost first."""

    @property
    def limited(self) -> bool:
        """Whether the flow has a concurrency limit."""
        return self.revision.spec.concurrency is not None


@dataclass(slots=True)
class _Shelf:
    """A bounded, shared cache."""

    entries: OrderedDict[Any, Any] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Any) -> Any:
        with self.lock:
            found = self.entries.get(key)
            if found is not None:
                self.entries.move_to_end(key)
            return found

    def put(self, key: Any, value: Any) -> None:
        with self.lock:
            self.entries[key] = value
            while len(self.entries) > KEPT:
                self.entries.popitem(last=False)


_compiled = _Shelf()
_namespaces = _Shelf()


def compiled(tenant_id: UUID, flow_uid: UUID, revision: int, namespace: str) -> Compiled:
    """The plan of a revision of a flow of a namespace; ``LookupError`` if it cannot be read any more."""
    key = (tenant_id, flow_uid, revision, namespace)
    found: Compiled | None = _compiled.get(key)
    if found is None:
        found = _compile(flows.by_uid(tenant_id, flow_uid, revision))
        if found.revision.namespace == namespace:  # it has not moved since it was asked for
            _compiled.put(key, found)
    return found


def namespace_of(tenant_id: UUID, path: str) -> NamespaceRef | None:
    """The namespace, at most two seconds old."""
    key = (tenant_id, path)
    kept = _namespaces.get(key)
    if kept is not None and kept[0] > monotonic():
        found: NamespaceRef | None = kept[1]
        return found
    found = tenants.namespace(path)
    _namespaces.put(key, (monotonic() + NAMESPACE_SECONDS, found))
    return found


def _compile(revision: RevisionRef) -> Compiled:
    plan = compile_plan(revision.spec, runs_inline=runs_inline)
    captures = _captures(plan, revision.spec)
    loops = tuple(_loops(plan, node) for node in plan.nodes)
    nodes = tuple(
        NodeFacts(
            references=references_of(node.task),
            static=not any(True for _ in templates_of(node.task)),
            depth=len(loops[node.index]),
            captures=captures.get(node.id, ()),
        )
        for node in plan.nodes
    )
    secrets = tuple(item.id for item in revision.spec.inputs if item.type == "SECRET")
    return Compiled(
        revision=revision,
        plan=plan,
        nodes=nodes,
        depths={node.id: facts.depth for node, facts in zip(plan.nodes, nodes, strict=True)},
        secret_inputs=secrets,
        loops=loops,
    )


def runs_inline(task: InlineTask) -> bool:
    """Whether a quick task may run inside a turn: not if it names secrets or files."""
    references = references_of(task)
    reaches = OUTSIDE - QUICK_OUTSIDE
    return not references.has_dynamic and reaches.isdisjoint(references.functions)


def _loops(plan: Plan, node: Node) -> tuple[int, ...]:
    """The loops around a node, the outermost first."""
    found: list[int] = []
    while node.parent is not None:
        above = plan.nodes[node.parent]
        if isinstance(above.shape, Iteration) and phase_of(node.branch) is Phase.TASKS:
            found.append(above.index)
        node = above
    return tuple(reversed(found))


def _captures(plan: Plan, flow: FlowSpec) -> dict[str, tuple[str, ...]]:
    """Names of output files that expressions anywhere in the flow expect of each task."""
    found: dict[str, dict[str, None]] = {}
    own = [flow.variables, *(output.value for output in flow.outputs)]
    of_flow = merged_references(text for _, text in texts_inside(own))
    for references in (*(references_of(node.task) for node in plan.nodes), of_flow):
        for path in references.outputs:
            names = [str(part) for part in path]
            if "outputFiles" in names:
                at = names.index("outputFiles")
                if at + 1 < len(names):
                    found.setdefault(names[1], {})[names[at + 1]] = None
    return {task: tuple(names) for task, names in found.items()}
