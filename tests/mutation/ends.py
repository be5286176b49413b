"""How a try, a task and a group end, and whether they are tried again."""

from __future__ import annotations

from typing import Final

from tests.mutation.fault import Fault, in_file

FAULTS: Final[list[Fault]] = [
    *in_file(
        "rules/outcome.py",
        (
            "a failure is worse than a kill",
            "    State.KILLED,\n    State.CANCELLED,\n    State.RETRIED,\n    State.FAILED,",
            "    State.FAILED,\n    State.KILLED,\n    State.CANCELLED,\n    State.RETRIED,",
        ),
        (
            "a tolerant group hides a kill",
            "shape.tolerant and of_tasks is State.FAILED",
            "shape.tolerant and of_tasks is not State.SUCCESS",
        ),
        ("a tolerant group succeeds", "of_tasks = State.WARNING", "of_tasks = State.SUCCESS"),
        (
            "a failing finally does not count",
            "{of_tasks: 1, worst(scope.late): 1}",
            "{of_tasks: 1}",
        ),
        (
            "an allowed failure fails",
            "if state is State.FAILED and node.task.allow_failure:",
            "if False:",
        ),
        (
            "an allowed warning warns",
            "if state is State.WARNING and node.task.allow_warning:",
            "if False:",
        ),
        (
            "a kill is forgiven",
            "if state is State.FAILED and node.task.allow_failure:",
            "if state in STOPS and node.task.allow_failure:",
        ),
    ),
    *in_file(
        "rules/retrying.py",
        (
            "a try begins before its moment",
            "run.run_after is not None and run.run_after > now",
            "False",
        ),
        (
            "a held execution tries again",
            "if run.live_attempt or execution.held:\n        return\n    if run.run_after",
            "if run.live_attempt:\n        return\n    if run.run_after",
        ),
        ("a lost worker is made up for for ever", "run.lost < MOST_LOSSES", "True"),
        (
            "a lost worker counts as a failure",
            'node.task.on_worker_lost == "RETRY" and',
            "False and",
        ),
        (
            "a task that must not run twice does",
            'node.task.on_worker_lost == "RETRY" and',
            "True and",
        ),
        ("losses count as tries", "run.attempts - run.lost, started", "run.attempts, started"),
        ("a group is tried again", " or node.kind is Kind.GROUP:", ":"),
        (
            "a broken condition is tried again",
            "(Reason.RUN_IF, Reason.WORKER_LOST)",
            "(Reason.WORKER_LOST,)",
        ),
        (
            "a longest time runs from the last try",
            "started = run.first_try_at or now",
            "started = now",
        ),
        ("chance is the same for every try", 'seed=f"{run.id}/{run.attempts}"', 'seed=""'),
        (
            "a new execution counts from its own start",
            "started = datetime.fromisoformat(first) if first else",
            "started =",
        ),
        (
            "a retry by a new execution forgets its number",
            "return _due(node, execution.attempt_number, started",
            "return _due(node, 1, started",
        ),
    ),
    *in_file(
        "rules/verdict.py",
        (
            "a failure is final at once",
            "if due is None:\n            yield from _final",
            "if True:\n            yield from _final",
        ),
        (
            "a retry is due at once",
            "yield Move(run.id, State.RETRYING, due=due)",
            "yield Move(run.id, State.RETRYING, due=now)",
        ),
        ("success after a retry never warns", "return State.WARNING\n", "return State.SUCCESS\n"),
        ("success at the first try warns", "tries > 1 and", "tries > 0 and"),
        (
            "a lost worker makes a warning",
            "tries = run.attempts - run.lost",
            "tries = run.attempts",
        ),
        (
            "a new execution starts after an allowed failure",
            "if due is None or node.task.allow_failure:",
            "if due is None:",
        ),
        (
            "a directory ends without its handlers",
            "if node.kind is Kind.DIRECTORY and begun:",
            "if False:",
        ),
        (
            "a directory that never began has handlers",
            "if node.kind is Kind.DIRECTORY and begun:",
            "if node.kind is Kind.DIRECTORY:",
        ),
        (
            "the end of a task is not forgiven",
            "yield Move(run.id, outcome.forgiven(node, state))",
            "yield Move(run.id, state)",
        ),
    ),
    *in_file(
        "rules/repeating.py",
        (
            "a repetition never ends by its number",
            "if most is not None and scope.round >= most:",
            "if False:",
        ),
        ("a repetition has one round too many", "scope.round >= most", "scope.round > most"),
        (
            "a repetition never ends by its time",
            "now - scope.since >= timedelta(seconds=longest)",
            "False",
        ),
        ("a round begins before its moment", "if scope.wake > now:", "if False:"),
        ("a held execution begins a round", "elif not held:", "else:"),
        (
            "a repetition ends in success whatever it says",
            "verdict=State.FAILED)\n\n\ndef exhausted",
            "verdict=State.SUCCESS)\n\n\ndef exhausted",
        ),
        ("the answer of an old round is taken", ' or answer["round"] != scope.round', ""),
    ),
]
