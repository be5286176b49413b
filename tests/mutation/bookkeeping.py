"""What events make of states and counts, and what is carried out."""

from __future__ import annotations

from typing import Final

from tests.mutation.fault import Fault, in_file

FAULTS: Final[list[Fault]] = [
    *in_file(
        "evolve.py",
        ("tries are not counted", "attempts=run.attempts + 1,", "attempts=run.attempts,"),
        (
            "losses are not counted",
            "lost=run.lost + (event.reason == Reason.WORKER_LOST)",
            "lost=run.lost",
        ),
        (
            "the first try is the last",
            "first_try_at=run.first_try_at or event.started_at",
            "first_try_at=event.started_at",
        ),
        ("a worker is never let go", "live_attempt=False,", "live_attempt=run.live_attempt,"),
        (
            "a retry remembers what was rendered",
            "if event.state is State.RETRYING:\n        facts",
            "if False:\n        facts",
        ),
        (
            "a retry remembers its failure",
            "outcome = None if retrying else run.outcome",
            "outcome = run.outcome",
        ),
        ("a verdict is lost", "if event.verdict is not None and scope is not None:", "if False:"),
        ("the moment of a retry is lost", "run_after=event.due,", "run_after=None,"),
        (
            "pauses are not counted",
            "    if step:\n        execution = snapshot.execution",
            "    if False:\n        execution = snapshot.execution",
        ),
        (
            "a new round keeps the old count",
            "fresh = Scope(branch=scope.branch, round=scope.round + 1, since=scope.since)",
            "fresh = replace(scope, round=scope.round + 1)",
        ),
        (
            "a round keeps its number",
            "round=scope.round + 1, since=scope.since",
            "round=scope.round, since=scope.since",
        ),
        (
            "the time of a repetition starts anew",
            "round=scope.round + 1, since=scope.since",
            "round=scope.round + 1, since=scope.wake",
        ),
        ("old rounds are kept", "    _remove(snapshot, event.dropped)\n", ""),
        (
            "a task that ended is not looked at",
            "    snapshot.changed.add(run.id)\n    snapshot.look_at(run.id)\n\n\ndef _rescope",
            "    snapshot.changed.add(run.id)\n\n\ndef _rescope",
        ),
        (
            "a group is not looked at when it changes",
            "        snapshot.changed.add(owner)\n    snapshot.look_at(owner)",
            "        snapshot.changed.add(owner)",
        ),
        (
            "what changed is not written",
            "    snapshot.runs[run.id] = run\n    snapshot.changed.add(run.id)",
            "    snapshot.runs[run.id] = run",
        ),
        (
            "a phase begins in the middle",
            "replace(scope, phase=phase, cursor=0)",
            "replace(scope, phase=phase)",
        ),
        (
            "a resumed run keeps its timer",
            "replace(run, facts=facts, run_after=None)",
            "replace(run, facts=facts)",
        ),
        ("a child is not known", "State.RUNNING, at), child=child)", "State.RUNNING, at))"),
        ("who is told to stop is forgotten", "kill_sent=True)", "kill_sent=False)"),
        (
            "removed pauses still count",
            "            _pause_count(snapshot, before=gone.state, after=State.CREATED)\n",
            "            pass\n",
        ),
        (
            "iterations lose their value",
            "path=path if step is None else (*path, step)",
            "path=path",
        ),
        (
            "a broken child is tried for ever",
            "attempts=run.attempts + counts",
            "attempts=run.attempts",
        ),
        (
            "a resume inside a pause leaves the execution held",
            "snapshot.execution = replace(execution, pause_asked=False",
            "snapshot.execution = replace(execution, pause_asked=execution.pause_asked",
        ),
    ),
    *in_file(
        "evolve_execution.py",
        ("a kill does not end a pause", "kill_asked=True, pause_asked=False", "kill_asked=True"),
        ("a kill spares no children", "if not event.cascade:", "if False:"),
        ("a restarted execution is still killed", "        kill_asked=False,\n", ""),
        (
            "a restarted execution keeps its failure",
            "ENDINGS | {TOLD} if event.awaited else ENDINGS)",
            "frozenset())",
        ),
        ("a restart forgets its scope", "        scope=event.scope,\n", ""),
    ),
    *in_file(
        "settle.py",
        (
            "a budget is not kept",
            "elif self.creations >= most_creations and _creates(wanted):",
            "elif False:",
        ),
        ("what is postponed is forgotten", "    snapshot.agenda.update(postponed)\n", ""),
        ("what is queued is not told", "                self.done.queued[run] = command\n", ""),
        (
            "what is killed is not told",
            "                self.done.killed_attempts.append(run)\n",
            "",
        ),
        (
            "a wait has no bell",
            "                self.done.waits[(run, kind)] = command\n",
            "                pass\n",
        ),
    ),
    *in_file(
        "plan.py",
        (
            "disabled tasks run",
            "enabled = [task for task in tasks if not task.disabled]\n        return tuple(",
            "enabled = list(tasks)\n        return tuple(",
        ),
        (
            "the retry of a group is not inherited",
            "nearest = task.retry or retry",
            "nearest = task.retry",
        ),
        (
            "the retry of a group is preferred",
            "nearest = task.retry or retry",
            "nearest = retry or task.retry",
        ),
        (
            "a graph has no needs",
            "needs = frozenset(by_id[name] for name in wanted if name in by_id)",
            "needs: frozenset[int] = frozenset()",
        ),
    ),
]
