"""Restarts, states by hand and replays."""

from __future__ import annotations

from typing import Final

from tests.mutation.fault import Fault, in_file

FAULTS: Final[list[Fault]] = [
    *in_file(
        "restarting.py",
        (
            "a restart takes up what was forgiven",
            "if any(one.ended and one.state not in UNWELL for one in above):\n        return False",
            "if False:\n        return False",
        ),
        (
            "a restart takes up groups and their tasks",
            "    return not any(\n        one.parent == run.id",
            "    return True or not any(\n        one.parent == run.id",
        ),
        ("a restart keeps handlers", "order_of(plan, run) > reached[run.parent]", "False"),
        ("a restart takes up handlers", "or not _in_tasks(plan, snapshot, run):", "or False:"),
        (
            "a restart counts from the outside",
            "key=lambda group: -len(snapshot",
            "key=lambda group: len(snapshot",
        ),
        (
            "a restarted directory keeps what was inside",
            "outer = gone | set(emptied)",
            "outer = gone",
        ),
        ("a state by hand changes what a worker has", "if found.live_attempt or", "if False or"),
        (
            "a state by hand repeats what followed it",
            "            gone |= _later_in_iteration(plan, snapshot, run)\n",
            "",
        ),
    ),
    *in_file(
        "recounting.py",
        ("a recount forgets who lives", "live=live,", "live=0,"),
        ("a recount begins at the first task", "return max(places, default=-1) + 1", "return 0"),
        ("a recount forgets rounds", "        round=old.round,\n", ""),
        ("a recount forgets the branch", "        branch=old.branch,\n", ""),
        ("a recounted loop has no iterations left", "        total=old.total,\n", ""),
        ("a recounted loop forgets what is open", "open=len(live))", "open=0)"),
        (
            "a recount forgets what a graph has ended",
            "ended=tuple(run.node for run in runs if run.folded)",
            "ended=()",
        ),
        ("a recounted handler begins again", "        phase=ORDER[last],\n", ""),
        (
            "a recount drops what was held against a group",
            "return replace(scope, tally=old.tally, cursor",
            "return replace(scope, cursor",
        ),
    ),
    *in_file(
        "replaying.py",
        (
            "a replay keeps what follows in a graph",
            "return not _needs(plan, one.index, other.index)",
            "return True",
        ),
        (
            "a replay drops what runs beside",
            "        case Concurrent():\n            return True",
            "        case Concurrent():\n            return False",
        ),
        (
            "a replay keeps later iterations",
            "return limit != 1 or (aside.iteration or 0) < (rival.iteration or 0)",
            "return True",
        ),
        (
            "a replay keeps what is inside its start",
            "if start in run.ancestors:\n        return False",
            "if False:\n        return False",
        ),
        (
            "a replay does not open the groups around",
            "if run.id in chain:\n        history",
            "if False:\n        history",
        ),
        (
            "a replay keeps what ran after the execution",
            "if not is_afterwards(plan, old, run)",
            "if True",
        ),
    ),
]
