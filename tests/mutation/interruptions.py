"""Kills, pauses, waits and starts; how an execution begins and ends."""

from __future__ import annotations

from typing import Final

from tests.mutation.fault import Fault, in_file

FAULTS: Final[list[Fault]] = [
    *in_file(
        "rules/killing.py",
        (
            "a kill ends groups before their children",
            "if run.scope is not None and run.scope.live > 0:\n        return",
            "if False:\n        return",
        ),
        (
            "a kill does not wait for workers",
            "    if run.live_attempt:\n        if not run.kill_sent:",
            "    if False:\n        if not run.kill_sent:",
        ),
        (
            "workers are told again and again",
            "        if not run.kill_sent:\n            yield KillAttempt",
            "        if True:\n            yield KillAttempt",
        ),
        (
            "children are told again and again",
            "elif not run.kill_sent:\n            yield KillChild",
            "else:\n            yield KillChild",
        ),
        (
            "a kill that spares children kills them",
            "if ALONE in snapshot.execution.facts:",
            "if False:",
        ),
        (
            "a kill goes on after the end",
            "execution.kill_asked and not execution.ended",
            "execution.kill_asked",
        ),
        (
            "what had failed by itself is called killed",
            "stopped = outcome.ending is State.FAILED and outcome.reason in STOPPED",
            "stopped = outcome.ending is State.FAILED",
        ),
    ),
    *in_file(
        "rules/ending.py",
        (
            "an execution ends before its tasks",
            "elif it.scope.live == 0 and not it.held:",
            "elif not it.held:",
        ),
        (
            "an execution begins before its date",
            "it.state is State.CREATED and it.scheduled_at is not None and it.scheduled_at > now",
            "False",
        ),
        (
            "a kill ends the execution before its tasks",
            "elif it.scope.live == 0:\n        yield MoveExecution(State.KILLED",
            "else:\n        yield MoveExecution(State.KILLED",
        ),
        (
            "broken outputs do not fail",
            "yield MoveExecution(State.FAILED if failed else state)",
            "yield MoveExecution(state)",
        ),
        (
            "outputs hide a kill",
            "FAILURE in it.facts and state in (State.SUCCESS, State.WARNING)",
            "FAILURE in it.facts",
        ),
        ("a paused run does not show", "paused = it.held or it.paused > 0", "paused = it.held"),
        (
            "a resumed execution stays paused",
            "it.state in WAITING or (it.state is State.PAUSED and not paused)",
            "it.state in WAITING",
        ),
    ),
    *in_file(
        "rules/holding.py",
        (
            "a sleep ends at once",
            "    elif due > now:\n        yield WakeAt(run.id, TIMER, due)",
            "    elif False:\n        yield WakeAt(run.id, TIMER, due)",
        ),
        ("a pause ends at once", "if run.run_after > now:", "if False:"),
        (
            "a pause that times out succeeds",
            "yield Move(run.id, State.RUNNING, verdict=State.FAILED)",
            "yield Move(run.id, State.RUNNING)",
        ),
        (
            "a pause that nobody resumed ends as it likes",
            "verdict=ENDINGS[shape.behavior]",
            "verdict=None",
        ),
    ),
    *in_file(
        "rules/pausing.py",
        (
            "a pause waits again after each resume",
            "if moment.state is State.PAUSED:\n            return False",
            "if False:\n            return False",
        ),
        (
            "a restarted pause does not wait",
            "if moment.state in (State.CREATED, State.RESTARTED):",
            "if moment.state is State.CREATED:",
        ),
        (
            "a pause prefers its timeout",
            'facts["delay"] if facts.get("delay") is not None else facts.get("timeout")',
            'facts.get("timeout")',
        ),
    ),
    *in_file(
        "rules/starting.py",
        (
            "a task starts while the execution is held",
            "if run.live_attempt or execution.held:",
            "if run.live_attempt:",
        ),
        ("a task gets two workers", "if run.live_attempt or execution.held:", "if execution.held:"),
        ("a false condition starts the task", "if not run.facts[Ask.RUN_IF]:", "if False:"),
        ("a condition is rendered again", "if Ask.RUN_IF not in run.facts:", "if True:"),
        (
            "the default is preferred to a case",
            "if choice in shape.cases:",
            "if choice in shape.cases and shape.default is None:",
        ),
        (
            "a try keeps its number",
            'yield QueueAttempt(run.id, run.attempts + 1, "task")',
            'yield QueueAttempt(run.id, max(1, run.attempts), "task")',
        ),
        ("a repetition begins with round 0", "Scope(round=1)", "Scope(round=0)"),
        (
            "a switch without a match succeeds",
            'elif shape.by == "truth":',
            "else:\n        yield Open(run.id, Scope(branch=CASE + choice))\n    if False:",
        ),
    ),
]
