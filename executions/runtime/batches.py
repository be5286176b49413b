"""Child executions of a loop over the batches of a file: their start, their ends, their outputs.

Theory of operation. The id of a batch's child follows from one id that the loop draws when it
begins and from the batch's number, so a start that happens twice finds the child that is there,
and a restart finds those that failed, by primary key. A child tells its parent of its end once.
What the children leave as flow outputs is appended, turn by turn, as files of JSON lines, so that
neither the loop's row nor any turn holds more than the ends that arrived together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from downbeat.common import clock, storage
from downbeat.common.errors import AppError
from downbeat.common.models import uuid7
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import has_expression
from downbeat.sdk.shapes import ChildExecutions
from downbeat.sdk.task import Task
from executions.engine import counting
from executions.engine.events import BatchEnded, BatchesStarted, Event
from executions.engine.state import TERMINAL, Ask, Run, Scope, State
from executions.runtime import children
from executions.runtime.children import ChildRefusedError, Wanted
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded, text
from flows.spec.render import RenderError, render_field

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

ENDED_WELL: Final = frozenset({State.SUCCESS, State.WARNING, State.SKIPPED})
_KNOWN: Final = """
select id, state, facts, outputs from execution where tenant_id = %s and id = any(%s)
"""
_LOW: Final = (1 << 46) - 1


@dataclass(slots=True)
class Part:
    """Flow outputs of children that ended in this turn, about to be kept as one file."""

    number: int
    lines: list[bytes] = field(default_factory=list)


def described(hands: Hands, run: Run, task: Task, shape: ChildExecutions) -> dict[str, Any]:
    """What the loop needs to know before its first child starts."""
    try:
        cut = hands.store.exactly(shape.source, run.path)
    except KeyError:
        raise RenderError("items", f"task '{shape.source}' has left no batches") from None
    context = hands.context(run)
    return {
        "count": int(cut.get("numberOfBatches") or 0),
        "base": cut.get("batchesBaseUri") or "",
        "suffix": cut.get("batchesSuffix") or "",
        "first": str(uuid7()),
        "wait": bool(render_field(task, "wait", context, hands.services)),
        "transmitFailed": bool(render_field(task, "transmit_failed", context, hands.services)),
    }


def child_id(first: UUID, number: int) -> UUID:
    """The id of a batch's child: as old as the loop's draw, ordered by number."""
    high = first.int >> 80 << 80
    low = (0x7 << 76) | ((number >> 16 & 0xFFF) << 64) | (0b10 << 62)
    return UUID(int=high | low | ((number & 0xFFFF) << 46) | (first.int & _LOW))


def start(hands: Hands, run: Run, upto: int) -> tuple[Event, ...]:
    """Starts the children of the next batches, or takes up those that there are already."""
    scope = hands.snapshot.scope_of(run.id)
    starter = _Starter(hands, run, range(scope.cursor + 1, upto + 1))
    now = clock.now()
    try:
        ended: Mapping[str, int] = starter.start()
    except ChildRefusedError as problem:
        # It is the flow that is missing, so the batches that are left would fare no better.
        upto = scope.total
        hands.say(run, "ERROR", str(problem))
        ended = {**starter.ended, State.FAILED: starter.ended[State.FAILED] + upto - starter.done}
    part = hands.left.parts.get(run.id)
    event = BatchesStarted(run.id, upto, now, dict(ended), part.number if part else 0)
    _show(hands, run, counting.with_batches(scope, event))
    return (event,)


class _Starter:
    """Starts one portion of children; what is the same for all of them is done once."""

    def __init__(self, hands: Hands, run: Run, numbers: range) -> None:
        self.hands, self.run, self.numbers = hands, run, numbers
        self.facts: Mapping[str, Any] = run.facts[Ask.BATCHES]
        self.first = UUID(self.facts["first"])
        self.task = hands.compiled.plan.nodes[run.node].task
        self.context = hands.context(run)
        self.flows = children.KnownFlows(hands.facts.tenant_id)
        self.ended: Counter[str] = Counter()
        self.done = numbers.start - 1
        self._complaints: set[str] = set()

    def start(self) -> Counter[str]:
        """How many need not be waited for, by state."""
        known = self._known()
        for number in self.numbers:
            there = known.get(child_id(self.first, number))
            state = self._begin(number) if there is None else self._take_up(number, there)
            if state is not None:
                self.ended[state] += 1
            self.done = number
        return self.ended

    def _known(self) -> dict[UUID, tuple[State, Mapping[str, Any], Any]]:
        ids = [child_id(self.first, number) for number in self.numbers]
        found = rows(_KNOWN, [self.hands.facts.tenant_id, ids])
        return {row[0]: (State(row[1]), loaded(row[2]) or {}, loaded(row[3])) for row in found}

    def _begin(self, number: int) -> State | None:
        try:
            self._launch(number)
        except ChildRefusedError as problem:
            if not has_expression(f"{self.task.raw['namespace']}{self.task.raw['flowId']}"):
                raise
            return self._refused(number, str(problem))
        except (RenderError, TaskFailed, AppError, ValueError) as problem:
            return self._refused(number, str(problem))
        return None if self.facts["wait"] else State.SUCCESS

    def _launch(self, number: int) -> None:
        uri = f"{self.facts['base']}{number}{self.facts['suffix']}"
        taskrun = {**self.context["taskrun"], "items": uri, "iteration": number}
        context = {**self.context, "taskrun": taskrun}
        wanted = children.wanted(self.hands, self.task, context)
        variables = {"taskRunIteration": number, "taskRunItems": uri}
        ask = Wanted(wanted, child_id(self.first, number), self.flows, variables)
        children.launch(self.hands, self.run, ask)

    def _refused(self, number: int, problem: str) -> State:
        """Says each problem once: the next batches mostly have the same."""
        if problem not in self._complaints:
            self._complaints.add(problem)
            self.hands.say(self.run, "ERROR", f"Batch {number}: {problem}")
        return State.FAILED

    def _take_up(self, number: int, there: tuple[State, Mapping[str, Any], Any]) -> State | None:
        state, facts, outputs = there
        if state in ENDED_WELL:
            _keep(self.hands, self.run, number, outputs)
            return state
        if not self.facts["wait"]:
            return State.SUCCESS
        if state in TERMINAL or children.is_told(facts):
            children.take_up(self.hands, child_id(self.first, number))
        return None


def ended(hands: Hands, run: Run, payload: Mapping[str, Any]) -> BatchEnded | None:
    """The end of one batch's child; None if nobody waits for it."""
    facts = run.facts.get(Ask.BATCHES) or {}
    number = payload.get("iteration")
    if run.scope is None or run.outcome is not None or run.ended or not facts.get("wait"):
        return None
    if not isinstance(number, int) or not 0 < number <= run.scope.cursor:
        return None
    if UUID(payload["original_id"]) != child_id(UUID(facts["first"]), number):
        return None
    part = _keep(hands, run, number, payload.get("outputs"))
    event = BatchEnded(run.id, number, State(payload["state"]), part)
    _show(hands, run, counting.with_batches(run.scope, event))
    return event


def _keep(hands: Hands, run: Run, number: int, outputs: Mapping[str, Any] | None) -> int:
    """Puts a child's flow outputs beside those of this turn; the number of their part, or 0."""
    if not outputs:
        return 0
    parts = hands.left.parts
    if run.id not in parts:
        parts[run.id] = Part(hands.snapshot.scope_of(run.id).parts + 1)
    line = text({"iteration": number, "outputs": outputs})
    parts[run.id].lines.append(line.encode() + b"\n")
    return parts[run.id].number


def _folder(hands: Hands, run: Run) -> str:
    task_id = hands.compiled.plan.nodes[run.node].id
    return f"{hands.facts.folder}/tasks/{task_id}/{run.id}/outputs"


def store_parts(hands: Hands) -> None:
    """Keeps the flow outputs of this turn; a turn that is lost writes the same file again."""
    files = storage.storage_for(hands.facts.tenant_id)
    for id, part in hands.left.parts.items():
        name = f"{_folder(hands, hands.snapshot.runs[id])}/{part.number}.jsonl"
        files.put(name, b"".join(part.lines))


def _show(hands: Hands, run: Run, scope: Scope) -> None:
    """The loop's outputs as they stand; a loop without batches has none."""
    if not scope.total:
        return
    counts = {state: number for state, number in sorted(scope.tally.items()) if number}
    if scope.open:
        counts[State.RUNNING] = scope.open
    outputs = {
        "numberOfBatches": scope.total,
        "iterations": counts,
        "subflowOutputsBaseUri": storage.uri_of(_folder(hands, run)),
        "subflowOutputsParts": scope.parts,
    }
    hands.put_outputs(run, outputs, limited=False)
