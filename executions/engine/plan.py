"""The compiled form of a revision: its tasks in one flat row, each with its place in the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import accumulate
from typing import Final, Protocol, assert_never

from downbeat.sdk.retry import Retry
from downbeat.sdk.shapes import (
    ChildExecution,
    ChildExecutions,
    Choice,
    Concurrent,
    Delay,
    Graph,
    Hold,
    Iteration,
    Repetition,
    Sequence,
    Shape,
    SharedDirectory,
)
from downbeat.sdk.task import FlowableTask, InlineTask, Task
from flows.spec.flow import Sla

CASE: Final = "case:"
"""Prefix of the branches of a choice, so that a case named ``errors`` is no trap."""


class Kind(StrEnum):
    """How a node is made to happen."""

    ATTEMPT = "attempt"
    INLINE = "inline"
    GROUP = "group"
    DIRECTORY = "directory"
    CHILD = "child"
    CHILDREN = "children"
    DELAY = "delay"


class FlowLike(Protocol):
    """What the engine reads of a parsed flow."""

    @property
    def tasks(self) -> tuple[Task, ...]: ...
    @property
    def errors(self) -> tuple[Task, ...] | None: ...
    @property
    def finally_(self) -> tuple[Task, ...] | None: ...
    @property
    def after_execution(self) -> tuple[Task, ...] | None: ...
    @property
    def retry(self) -> Retry | None: ...


@dataclass(frozen=True, slots=True)
class Node:
    """One task and its place: the group around it, the list in that group, the place in it."""

    index: int
    task: Task
    kind: Kind
    shape: Shape | None
    parent: int | None
    branch: str
    place: int
    retry: Retry | None
    branches: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    needs: frozenset[int] = frozenset()

    @property
    def id(self) -> str:
        return str(self.task.id)

    @property
    def always_runs(self) -> bool:
        """Whether there is no condition to render before the start."""
        return self.task.run_if is True or self.task.run_if == "true"


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks of a revision that may run; indexes are stable for the revision's life."""

    nodes: tuple[Node, ...]
    branches: Mapping[str, tuple[int, ...]]
    has_outputs: bool = False
    agreements: tuple[Sla, ...] = ()
    listeners: tuple[tuple[int, ...], ...] = ()
    """The nodes of each listener; they stand in the list of what runs after the execution."""

    def branch(self, owner: Node | None, name: str) -> tuple[int, ...]:
        """The nodes of one list of a group, or of the flow."""
        return (self.branches if owner is None else owner.branches).get(name, ())

    def inside(self, owner: Node) -> Iterator[Node]:
        """All tasks inside a group, however deep."""
        for nodes in owner.branches.values():
            for index in nodes:
                yield self.nodes[index]
                yield from self.inside(self.nodes[index])

    def of_task(self, task_id: str) -> Node | None:
        """The node of a task id."""
        return next((node for node in self.nodes if node.id == task_id), None)


def compile_plan(
    flow: FlowLike, *, runs_inline: Callable[[InlineTask], bool] = lambda task: True
) -> Plan:
    """The plan of a flow; disabled tasks are left out.

    ``runs_inline`` says of a quick task whether it may run inside the settling transaction: one
    that refers to secrets or files may not, and becomes an ordinary attempt.
    """
    compiler = _Compiler(runs_inline)
    roots = {
        "tasks": flow.tasks,
        "errors": flow.errors or (),
        "finally": flow.finally_ or (),
    }
    branches = {
        name: compiler.add_all(tasks, parent=None, branch=name, retry=flow.retry)
        for name, tasks in roots.items()
    }
    listeners = _add_afterwards(compiler, flow, branches)
    return Plan(
        tuple(node for node in compiler.nodes if node is not None),
        {name: nodes for name, nodes in branches.items() if nodes},
        has_outputs=bool(getattr(flow, "outputs", None)),
        agreements=tuple(getattr(flow, "sla", ())),
        listeners=listeners,
    )


def _add_afterwards(
    compiler: _Compiler, flow: FlowLike, branches: dict[str, tuple[int, ...]]
) -> tuple[tuple[int, ...], ...]:
    """Adds the list of what runs after the execution; returns the part of each listener."""
    lists = [item.tasks for item in getattr(flow, "listeners", ())]
    enabled = [[task for task in tasks if not task.disabled] for tasks in lists]
    after = [*(task for tasks in enabled for task in tasks), *(flow.after_execution or ())]
    nodes = compiler.add_all(after, parent=None, branch="after", retry=flow.retry)
    branches["after"] = nodes
    ends = list(accumulate(len(tasks) for tasks in enabled))
    return tuple(nodes[first:last] for first, last in zip([0, *ends], ends, strict=False))


class _Compiler:
    """Numbers the tasks in the order of the source, groups before their children."""

    def __init__(self, runs_inline: Callable[[InlineTask], bool]) -> None:
        self.nodes: list[Node | None] = []
        self._runs_inline = runs_inline

    def add_all(
        self,
        tasks: Iterable[Task],
        *,
        parent: int | None,
        branch: str,
        retry: Retry | None,
    ) -> tuple[int, ...]:
        enabled = [task for task in tasks if not task.disabled]
        return tuple(
            self._add(task, parent=parent, branch=branch, place=place, retry=retry)
            for place, task in enumerate(enabled)
        )

    def _add(
        self,
        task: Task,
        *,
        parent: int | None,
        branch: str,
        place: int,
        retry: Retry | None,
    ) -> int:
        index = len(self.nodes)
        self.nodes.append(None)
        nearest = task.retry or retry
        shape = task.shape() if isinstance(task, FlowableTask) else None
        children = {
            name: self.add_all(inside, parent=index, branch=name, retry=nearest)
            for name, inside in _lists(task, shape).items()
        }
        self.nodes[index] = Node(
            index=index,
            task=task,
            kind=self._kind(task, shape),
            shape=shape,
            parent=parent,
            branch=branch,
            place=place,
            retry=nearest,
            branches={name: nodes for name, nodes in children.items() if nodes},
        )
        if isinstance(shape, Graph):
            self._set_needs(shape, children.get("tasks", ()))
        return index

    def _set_needs(self, shape: Graph, children: tuple[int, ...]) -> None:
        by_id = {node.id: node.index for node in map(self._node, children)}
        for child in map(self._node, children):
            wanted = shape.needs.get(child.id, ())
            needs = frozenset(by_id[name] for name in wanted if name in by_id)
            self.nodes[child.index] = replace(child, needs=needs)

    def _node(self, index: int) -> Node:
        return next(node for node in self.nodes[index : index + 1] if node is not None)

    def _kind(self, task: Task, shape: Shape | None) -> Kind:
        if shape is not None:
            return _kind_of(shape)
        if isinstance(task, InlineTask) and self._runs_inline(task):
            return Kind.INLINE
        return Kind.ATTEMPT


def _kind_of(shape: Shape) -> Kind:
    match shape:
        case ChildExecution():
            return Kind.CHILD
        case ChildExecutions():
            return Kind.CHILDREN
        case Delay():
            return Kind.DELAY
        case SharedDirectory():
            return Kind.DIRECTORY
        case Sequence() | Concurrent() | Graph() | Choice() | Iteration() | Repetition() | Hold():
            return Kind.GROUP
        case _:
            assert_never(shape)


def _lists(task: Task, shape: Shape | None) -> dict[str, tuple[Task, ...]]:
    """The task lists inside a task by the engine's names for them."""
    if not isinstance(task, FlowableTask) or shape is None:
        return {}
    lists = dict(_shaped(shape))
    if isinstance(shape, Iteration) and shape.isolated:
        return lists  # its handlers are those of each item
    lists["errors"] = task.errors or ()
    lists["finally"] = task.finally_ or ()
    return lists


def _shaped(shape: Shape) -> Iterable[tuple[str, tuple[Task, ...]]]:
    match shape:
        case (
            Sequence(tasks=tasks)
            | Concurrent(tasks=tasks)
            | Graph(tasks=tasks)
            | Iteration(tasks=tasks)
            | Repetition(tasks=tasks)
            | Hold(tasks=tasks)
            | SharedDirectory(tasks=tasks)
        ):
            yield "tasks", tuple(tasks)
        case Choice():
            for case, tasks in shape.cases.items():
                yield CASE + case, tuple(tasks)
            if shape.default is not None:
                yield "default", tuple(shape.default)
        case ChildExecution() | ChildExecutions() | Delay():
            return
        case _:
            assert_never(shape)
