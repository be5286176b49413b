"""A breakpoint stops the whole execution before a task begins, once for each of its task runs.

What runs already goes on; nothing new starts until somebody resumes the execution. Tasks after the
execution are not stopped: the execution has ended before them.
"""

from __future__ import annotations

from typing import Final

from executions.engine.plan import Node
from executions.engine.state import Execution, Run

BREAKPOINTS: Final = "breakpoints"
"""The fact where the execution is to stop: a list of ``{"id": task, "value": iteration value}``."""
PASSED: Final = "breakpoint"
"""The fact that a run has been stopped before."""
STOPPED_AT: Final = "stoppedAt"
"""The fact at which task the execution has stopped."""


def stops(node: Node, run: Run, execution: Execution) -> bool:
    """Whether the execution stops before this run."""
    wanted = execution.facts.get(BREAKPOINTS)
    if not wanted or execution.ended or PASSED in run.facts:
        return False
    return any(
        point["id"] == node.id and point.get("value") in (None, *run.path[-1:]) for point in wanted
    )
