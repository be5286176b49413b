"""A flow as a graph of nodes, edges and clusters, in the shape that existing clients read.

Every group is a cluster with a start and an end; its task is the first node inside. Branches of
``errors``, ``finally`` and ``afterExecution`` are marked on their nodes and edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from downbeat.sdk.shapes import Choice, Concurrent, Graph, Hold, Iteration, Repetition, Shape
from downbeat.sdk.task import FlowableTask, Task
from flows.spec.flow import FlowSpec
from flows.spec.registry import full_name

MODELS: Final = "io.kestra.core.models.hierarchies."
_BRANCHES: Final = {
    "errors": "ERROR",
    "finally": "FINALLY",
    "afterExecution": "AFTER_EXECUTION",
}
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where nodes are added: a cluster, its parents, and the kind of branch."""

    uid: str
    parents: tuple[str, ...]
    branch: str | None = None

    def inside(self, task_id: str) -> _Place:
        return _Place(f"{self.uid}.{task_id}", (*self.parents, f"cluster_{self.uid}"), self.branch)


@dataclass(slots=True)
class _Builder:
    nodes: list[Node] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    clusters: list[dict[str, Any]] = field(default_factory=list)
    flowables: list[str] = field(default_factory=list)

    def flow(self, flow: FlowSpec) -> None:
        root = _Place("root", ())
        start, end, members = self.cluster(root, "root", task=None)
        heads = self.triggers(flow, root)
        for trigger in heads:
            self.edge(trigger, start)
        last = self.chain([start], flow.tasks, root, members, "SEQUENTIAL")
        self.join(last, end)
        for name, tasks in flow.task_lists():
            if name in _BRANCHES:
                kind = _BRANCHES[name]
                branch = _Place(root.uid, root.parents, kind)
                self.join(self.chain([start], tasks, branch, members, kind), end)

    def triggers(self, flow: FlowSpec, root: _Place) -> list[str]:
        if not flow.triggers:
            return []
        uid = f"{root.uid}.Triggers"
        _, _, members = self.cluster(_Place(uid, ("cluster_root",)), uid, task=None)
        found = []
        for trigger in flow.triggers:
            node = self.node(f"{uid}.{trigger.id}", "GraphTrigger", members, None)
            node["triggerDeclaration"] = {**trigger.raw, "type": full_name(trigger.type)}
            found.append(node["uid"])
        return found

    def cluster(self, place: _Place, uid: str, *, task: Task | None) -> tuple[str, str, list[str]]:
        """A cluster with its start and end; returns both and the list of its members."""
        members: list[str] = []
        start = self.node(f"{uid}.start", "GraphClusterRoot", members, place.branch)
        end = self.node(f"{uid}.end", "GraphClusterEnd", members, place.branch)
        head: Node = {"uid": f"cluster_{uid}", "type": f"{MODELS}GraphCluster"}
        head["branchType"] = place.branch
        if task is not None:
            head["taskNode"] = {"uid": uid, "task": described(task)}
        self.clusters.append(
            {
                "cluster": head,
                "nodes": members,
                "parents": list(place.parents),
                "start": start["uid"],
                "end": end["uid"],
            }
        )
        return start["uid"], end["uid"], members

    def node(self, uid: str, kind: str, members: list[str], branch: str | None) -> Node:
        found: Node = {"uid": uid, "type": MODELS + kind, "branchType": branch}
        self.nodes.append(found)
        members.append(uid)
        return found

    def edge(
        self, source: str, target: str, kind: str | None = None, value: str | None = None
    ) -> None:
        relation = {"relationType": kind, "value": value} if kind or value else None
        self.edges.append({"source": source, "target": target, "relation": relation})

    def join(self, sources: Iterable[str], target: str) -> None:
        for source in sources:
            self.edge(source, target)

    def chain(
        self,
        sources: list[str],
        tasks: Iterable[Task],
        place: _Place,
        members: list[str],
        kind: str,
        value: str | None = None,
    ) -> list[str]:
        """Tasks one after the other; returns the node that the next one follows."""
        for task in tasks:
            first, last = self.task(task, place, members, kind)
            for source in sources:
                self.edge(source, first, kind, value)
            sources, value = [last], None
        return sources

    def task(self, task: Task, place: _Place, members: list[str], kind: str) -> tuple[str, str]:
        """A task, or its whole cluster; returns its first and its last node."""
        uid = f"{place.uid}.{task.id}"
        if not isinstance(task, FlowableTask) or not any(task.tasks_inside()):
            self.task_node(uid, task, members, place.branch, kind)
            return uid, uid
        inner = place.inside(task.id)
        start, end, inside = self.cluster(inner, uid, task=task)
        self.flowables.append(uid)
        self.task_node(uid, task, inside, place.branch, kind)
        self.edge(start, uid)
        self.group(task, uid, end, inner, inside)
        return start, end

    def task_node(
        self, uid: str, task: Task, members: list[str], branch: str | None, kind: str
    ) -> None:
        node = self.node(uid, "GraphTask", members, branch)
        node["task"] = described(task)
        node["relationType"] = kind

    def group(
        self, task: FlowableTask, head: str, end: str, place: _Place, members: list[str]
    ) -> None:
        shape = task.shape()
        if isinstance(shape, Graph):
            self.dag(shape, head, end, place, members)
        else:
            for listed, kind, value, at_once in _branches(task, shape):
                tasks = _as_written(listed)
                for lane in [[item] for item in tasks] if at_once else [list(tasks)]:
                    self.join(self.chain([head], lane, place, members, kind, value), end)
        for name, last in (("errors", task.errors), ("finally", task.finally_)):
            if last:
                kind = _BRANCHES[name]
                branch = _Place(place.uid, place.parents, kind)
                self.join(self.chain([head], last, branch, members, kind), end)

    def dag(self, shape: Graph, head: str, end: str, place: _Place, members: list[str]) -> None:
        ends = {task.id: self.task(task, place, members, "PARALLEL") for task in shape.tasks}
        needed = {name for names in shape.needs.values() for name in names}
        for task in shape.tasks:
            sources = [ends[name][1] for name in shape.needs.get(task.id, ()) if name in ends]
            for source in sources or [head]:
                self.edge(source, ends[task.id][0], "PARALLEL")
            if task.id not in needed:
                self.edge(ends[task.id][1], end)


def _branches(
    task: FlowableTask, shape: Shape
) -> Iterator[tuple[tuple[Task, ...], str, str | None, bool]]:
    """Lists of tasks with their relation, its value, and whether they run at once."""
    match shape:
        case Choice(cases=cases, default=default):
            for value, tasks in cases.items():
                yield tasks, "CHOICE", value, False
            if default:
                yield default, "CHOICE", "defaults", False
        case Concurrent(tasks=tasks):
            yield tasks, "PARALLEL", None, True
        case Iteration(field=name, tasks=tasks, ordered=ordered):
            written = task.raw.get(name)
            yield tasks, "DYNAMIC", None if written is None else str(written), not ordered
        case Repetition(tasks=tasks):
            yield tasks, "DYNAMIC", None, False
        case Hold(tasks=tasks):
            yield tasks, "SEQUENTIAL", None, False
        case _:
            yield tuple(getattr(shape, "tasks", ())), "SEQUENTIAL", None, False


def _as_written(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks that stand in the source: of an internal step those inside it."""
    return tuple(
        written
        for task in tasks
        for written in (getattr(task, "tasks", ()) if task.internal else (task,))
    )


def described(task: Task) -> Mapping[str, Any]:
    """A task's own properties as written, without the tasks inside it."""
    held = {name.split(".", 1)[0] for name, _ in task.tasks_inside()}
    own = {key: value for key, value in task.raw.items() if key not in held}
    return {**own, "id": task.id, "type": full_name(task.type)}


def flow_graph(flow: FlowSpec) -> dict[str, Any]:
    """The graph of a flow, as plain data."""
    builder = _Builder()
    builder.flow(flow)
    return {
        "nodes": builder.nodes,
        "edges": builder.edges,
        "clusters": builder.clusters,
        "flowables": builder.flowables,
    }
