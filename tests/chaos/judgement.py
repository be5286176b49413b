"""What must hold after all the kills, from what the witness saw and what the API says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.chaos.witness import Report

TERMINAL: Final = frozenset(
    ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"]
)
STEPS: Final = ("one", "two", "join")
MOST_LOSSES: Final = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the judgement looks at."""

    accepted: Mapping[str, str]
    """Idempotency key → execution id, as the API answered."""
    executions: Mapping[str, Mapping[str, Any]]
    """Execution id → execution, as the API shows it at the end."""
    reports: tuple[Report, ...]
    lease: float
    recovery: float
    """How long it may take until the next attempt of a task whose process died."""


def faults(facts: Facts) -> list[str]:
    """Everything that is wrong; empty when every promise was kept."""
    return [
        *_nothing_lost(facts),
        *_nothing_twice(facts),
        *_attempts_end_once(facts),
        *_one_at_a_time(facts),
        *_in_order(facts),
        *_tried_again_soon(facts),
    ]


def gaps(reports: Iterable[Report]) -> dict[str, float]:
    """For each run that was tried again: the longest silence between two of its attempts."""
    found: dict[str, float] = {}
    last: dict[str, Report] = {}
    for report in reports:
        before = last.get(report.run)
        if before is not None and report.fence > before.fence:
            found[report.run] = max(found.get(report.run, 0.0), report.at - before.at)
        last[report.run] = report
    return found


def open_runs(reports: Iterable[Report]) -> set[str]:
    """Runs that have begun and not said that they end."""
    found: set[str] = set()
    ended: set[str] = set()
    for report in reports:
        (found if report.event == "start" else ended).add(report.run)
    return found - ended


def _nothing_lost(facts: Facts) -> Iterable[str]:
    for key, execution_id in facts.accepted.items():
        execution = facts.executions.get(execution_id)
        if execution is None:
            yield f"{key}: accepted as {execution_id}, and not there"
        elif execution["state"]["current"] != "SUCCESS" and not _poisoned(execution):
            yield f"{key}: {execution_id} is {execution['state']['current']}"
        elif not set(STEPS) <= {run["taskId"] for run in execution["taskRunList"]}:
            yield f"{key}: {execution_id} lacks task runs"


def _poisoned(execution: Mapping[str, Any]) -> bool:
    """Whether a task of it lost three workers, and was taken to be the cause as is promised."""
    return execution["state"]["current"] == "FAILED" and any(
        "was lost" in (run.get("error") or "") and len(run.get("attempts") or ()) >= MOST_LOSSES
        for run in execution["taskRunList"]
    )


def _nothing_twice(facts: Facts) -> Iterable[str]:
    known = set(facts.accepted.values())
    if len(known) != len(facts.accepted):
        yield "two keys were answered with the same execution"
    for stranger in set(facts.executions) - known:
        yield f"{stranger}: an execution that nobody was told of"
    for execution_id, execution in facts.executions.items():
        runs = Counter(run["taskId"] for run in execution["taskRunList"])
        yield from (
            f"{execution_id}: task {task} has {count} runs"
            for task, count in runs.items()
            if count > 1
        )


def _attempts_end_once(facts: Facts) -> Iterable[str]:
    for execution_id, execution in facts.executions.items():
        for run in execution["taskRunList"]:
            for number, attempt in enumerate(run.get("attempts") or (), 1):
                ends = [
                    moment["state"]
                    for moment in attempt["state"]["histories"]
                    if moment["state"] in TERMINAL
                ]
                if len(ends) != 1:
                    yield f"{execution_id}/{run['taskId']}#{number} ended {ends}"
    starts = Counter(
        (report.run, report.fence) for report in facts.reports if report.event == "start"
    )
    yield from (f"{key} was started {count} times" for key, count in starts.items() if count > 1)


def _one_at_a_time(facts: Facts) -> Iterable[str]:
    """Two attempts of a task run overlap only within the lease."""
    by_run: dict[str, list[Report]] = defaultdict(list)
    for report in facts.reports:
        by_run[report.run].append(report)
    for run, said in by_run.items():
        newest = 0
        since = 0.0
        for report in said:
            if report.fence > newest:
                newest, since = report.fence, report.at
            elif report.fence < newest and report.at > since + facts.lease:
                yield f"{run}: fence {report.fence} still spoke {report.at - since:.1f} s later"


def _tried_again_soon(facts: Facts) -> Iterable[str]:
    for run, seconds in gaps(facts.reports).items():
        if seconds > facts.recovery:
            yield f"{run}: the next attempt came after {seconds:.1f} s"


def _in_order(facts: Facts) -> Iterable[str]:
    """The join starts only after one end of each of the tasks before it was seen."""
    tasks = {
        run["id"]: (execution_id, run["taskId"])
        for execution_id, execution in facts.executions.items()
        for run in execution["taskRunList"]
    }
    ended: set[tuple[str, str]] = set()
    for report in facts.reports:
        execution_id, task = tasks.get(report.run, (report.execution, "?"))
        if report.event == "end":
            ended.add((execution_id, task))
        elif task == "join":
            missing = [before for before in ("one", "two") if (execution_id, before) not in ended]
            if missing:
                yield f"{execution_id}: join began before {missing} had ended"
