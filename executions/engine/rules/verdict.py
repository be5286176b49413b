"""What follows from the end of a try: success, another try, or the end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from executions.engine.commands import Command, Move, Open, RetryExecution
from executions.engine.plan import Kind, Node
from executions.engine.rules import outcome, retrying
from executions.engine.state import Execution, Reason, Run, Scope, State


def after_try(node: Node, run: Run, execution: Execution, now: datetime) -> Iterator[Command]:
    """The verdict on a run whose last try has ended."""
    if run.outcome is None:
        return
    ending = run.outcome.ending
    if ending is not State.FAILED:
        yield from _final(node, run, _warned(node, run, ending))
    elif run.outcome.reason == Reason.WORKER_LOST and retrying.survives_loss(node, run):
        yield Move(run.id, State.RETRYING, due=now)
    elif _starts_anew(node):
        yield from _anew(node, run, execution, now)
    else:
        due = retrying.next_try(node, run, now)
        if due is None:
            yield from _final(node, run, State.FAILED)
        else:
            yield Move(run.id, State.RETRYING, due=due)


def _starts_anew(node: Node) -> bool:
    return (
        node.retry is not None
        and node.retry.behavior == "CREATE_NEW_EXECUTION"
        and node.kind is not Kind.GROUP
    )


def _anew(node: Node, run: Run, execution: Execution, now: datetime) -> Iterator[Command]:
    due = retrying.next_execution(node, execution, now)
    if due is None or node.task.allow_failure:
        yield from _final(node, run, State.FAILED)
        return
    yield RetryExecution(due)
    yield Move(run.id, State.RETRIED)


def _final(node: Node, run: Run, state: State) -> Iterator[Command]:
    """The end; a directory that began goes on as a group, for its ``errors`` and ``finally``."""
    begun = run.outcome is not None and run.outcome.reason != Reason.RUN_IF
    if node.kind is Kind.DIRECTORY and begun:
        yield Open(run.id, Scope(tally={state: 1}))
    else:
        yield Move(run.id, outcome.forgiven(node, state))


def _warned(node: Node, run: Run, ending: State) -> State:
    """Success after more than one try is a warning where the policy says so."""
    tries = run.attempts - run.lost
    if ending is State.SUCCESS and tries > 1 and node.retry and node.retry.warning_on_retry:
        return State.WARNING
    return ending
