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
        "lines.py",
        (
            "a restart begins everything at once",
            "if line:\n            found",
            "if False:\n            found",
        ),
        (
            "those at work take no room from what is taken up",
            "at_work = [run for run in children if not run.folded]",
            "at_work: list[Run] = []",
        ),
        (
            "the inside of a group that waits does not wait",
            "if whole or any(",
            "if any(",
        ),
        (
            "who waited before loses the place in the line",
            "if (lining.waits(run) or (run.folded",
            "if ((run.folded",
        ),
        (
            "an end by hand waits in line",
            "and (ordered or run.id not in taken.done)",
            "",
        ),
        (
            "an iteration goes on beyond the limit after an end by hand",
            "and (ordered or run.id not in taken.done)",
            "and run.id not in taken.done",
        ),
    ),
    *in_file(
        "rules/lining.py",
        (
            "the next begins whether there is room or not",
            "- scope.waiting < limit",
            "- scope.waiting < 99",
        ),
        ("those in line count as being at work", "- scope.waiting < limit", "< limit"),
        ("one too many begins", "- scope.waiting < limit", "- scope.waiting <= limit"),
        (
            "nobody is called up",
            "        yield CallUp(scope.next_in_line)",
            "        yield from ()",
        ),
        (
            "whoever is looked at takes the turn",
            "its_turn = scope.next_in_line == run.id and not",
            "its_turn = not",
        ),
        (
            "a group that waits lets its children begin",
            "== run.id and not waits(above)",
            "== run.id",
        ),
        (
            "a turn is taken while the execution is held",
            "if run.parent is None or snapshot.execution.held:",
            "if run.parent is None:",
        ),
    ),
    *in_file(
        "settle.py",
        (
            "who is not loaded is not called up",
            "    snapshot.agenda.update(performer.absent)\n",
            "",
        ),
    ),
    *in_file(
        "evolve.py",
        (
            "whoever leaves a line is still counted",
            "waiting=scope.waiting - 1, next_in_line=then",
            "waiting=scope.waiting, next_in_line=then",
        ),
        (
            "a line has only one turn",
            "waiting=scope.waiting - 1, next_in_line=then",
            "waiting=scope.waiting - 1, next_in_line=None",
        ),
        (
            "a group is RESTARTED for ever",
            "_to(run, State.RUNNING, event.at) if goes_on else run",
            "run",
        ),
        (
            "a group that goes on keeps its place in a line",
            "(Ask.OUTPUTS, lining.IN_LINE)",
            "(Ask.OUTPUTS,)",
        ),
        (
            "an end by hand stays in line when it is counted",
            "run = _out_of_line(snapshot, snapshot.runs[event.run])\n    snapshot",
            "run = snapshot.runs[event.run]\n    snapshot",
        ),
    ),
    *in_file(
        "decide.py",
        (
            "a kill passes by those in line",
            "if lining.waits(run) and not killing.holds(snapshot):",
            "if lining.waits(run):",
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
            "a replay forgets who waits",
            "        evolve(plan, new, LinedUp(group, line))\n",
            "        pass\n",
        ),
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
