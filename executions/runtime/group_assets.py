"""The assets that a source lists on a group of tasks, or on a wait: named once it has ended well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from downbeat.sdk.task import FlowableTask
from executions.engine.events import Event, RunMoved
from executions.engine.state import Run, State
from executions.runtime.inline import Hands
from executions.worker.assets import MOST, declared
from flows.spec.render import RenderError, render_field

_WELL = frozenset({State.SUCCESS, State.WARNING})
Named = tuple[Run, list[Mapping[str, Any]]]


def of_ended(hands: Hands, happened: Iterable[Event]) -> Iterator[Named]:
    """Each task run of a flowable that ended well in this turn, with what its source lists.

    A list that cannot be rendered is a warning in the log: the tasks inside have done their work.
    """
    for event in happened:
        if not isinstance(event, RunMoved) or event.state not in _WELL:
            continue
        run = hands.snapshot.runs.get(event.run)
        task = None if run is None else hands.compiled.plan.nodes[run.node].task
        if run is None or not isinstance(task, FlowableTask) or not task.assets:
            continue
        try:
            said = render_field(task, "assets", hands.context(run), hands.services)
        except RenderError as problem:
            hands.say(run, "WARN", f"The assets of the task are not recorded: {problem}")
            continue
        if found := [hands.log.masker.value(one) for one in declared(said)][:MOST]:
            yield run, found
