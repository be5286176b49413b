"""What all tasks of BigQuery have in common: the connection, the job, its retries."""

from __future__ import annotations

import random
import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain, count
from typing import Any, Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.remote import follow
from downbeat.sdk.retry import ConstantRetry, ExponentialRetry, RandomRetry, Retry
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.gcp.bigquery.errors import VendorFailure
from flows.plugins.gcp.bigquery.jobs import BigQueryJob
from flows.plugins.gcp.bigquery.options import CreateDisposition, WriteDisposition
from flows.plugins.gcp.bigquery.session import BigQuery, opened
from flows.plugins.gcp.connection import GcpConnection

_EVERY: Final = timedelta(milliseconds=500)
_PERSISTENT: Final = ExponentialRetry.model_validate(
    {
        "type": "exponential",
        "interval": "PT5S",
        "maxInterval": "PT1H",
        "maxDuration": "PT15M",
        "maxAttempts": 10,
    }
)
_GRACE: Final = timedelta(seconds=30)
"""How much later than BigQuery itself we end a job that has run for too long."""


class BigQueryTask(GcpConnection, RunnableTask):
    """The connection, and which failures are worth another job."""

    retry_auto: Retry | None = None
    retry_reasons: Dyn[list[Text]] = [
        "rateLimitExceeded",
        "jobBackendError",
        "backendError",
        "internalError",
        "jobInternalError",
    ]
    retry_messages: Dyn[list[Text]] = [
        "due to concurrent update",
        "Retrying the job may solve the problem",
        "Retrying may solve the problem",
    ]

    def is_passing(self, failure: VendorFailure) -> bool:
        """Whether the same may go well a little later."""
        return failure.matches(self.retry_reasons, self.retry_messages)

    def pauses(self) -> Iterator[float]:
        """How long to wait before each further job, in seconds."""
        return pauses(self.retry_auto or _PERSISTENT)


class JobTask(BigQueryTask):
    """A task that is one job of BigQuery."""

    @abstractmethod
    def job(self, ctx: RunContext, line: BigQuery) -> BigQueryJob:
        """The job as the properties describe it."""

    @abstractmethod
    def outcome(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        """What the job left; its end is in ``job.last``."""

    def longest(self) -> timedelta | None:
        """After how long the job is cancelled."""
        return None

    def run(self, ctx: RunContext) -> Outputs:
        with opened(ctx, self) as line:
            return self.done(ctx, self.job(ctx, line))

    def done(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        """The outcome of the job, or of the one that is started in its place."""
        longest = self.longest()
        for pause in chain(self.pauses(), (None,)):
            try:
                return self._once(ctx, job, longest=longest and longest + _GRACE)
            except VendorFailure as failure:
                if pause is None or not self.is_passing(failure):
                    raise
                ctx.log.warning(f"{failure}. It is tried again in {pause:.0f} seconds")
            time.sleep(pause)
        raise AssertionError("the last turn returns or raises")

    def _once(self, ctx: RunContext, job: BigQueryJob, *, longest: timedelta | None) -> Outputs:
        followed = follow(ctx, job, every=_EVERY, longest=longest)
        if followed.progress.phase != "success":
            raise job.failure(followed.progress)
        try:
            return self.outcome(ctx, job)
        except VendorFailure as failure:
            # The job itself went well: only the task's own retries may start another one.
            raise TaskFailed(str(failure)) from None


class LabelledTask(JobTask):
    """Properties of jobs that write a table."""

    destination_table: Dyn[Text | None] = None
    write_disposition: Dyn[WriteDisposition | None] = None
    create_disposition: Dyn[CreateDisposition | None] = None
    job_timeout: Dyn[Duration | None] = None
    labels: Dyn[dict[str, Text] | None] = None
    dry_run: Dyn[bool] = False

    def longest(self) -> timedelta | None:
        return self.job_timeout


def common(
    kind: str,
    told: Mapping[str, Any],
    *,
    timeout: timedelta | None,
    labels: Mapping[str, str] | None,
) -> dict[str, Any]:
    """The configuration of a job as the REST API wants it; what is not said is left out."""
    found: dict[str, Any] = {kind: said(told)}
    if timeout is not None:
        found["jobTimeoutMs"] = str(int(timeout.total_seconds() * 1000))
    if labels:
        found["labels"] = dict(labels)
    return found


def said(told: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without what nobody has said."""
    return {name: value for name, value in told.items() if value is not None}


def pauses(policy: Retry) -> Iterator[float]:
    """The pauses of a retry policy, in seconds, as long as it allows another try."""
    began = time.monotonic()
    for turn in count(1):
        if policy.max_attempts is not None and turn >= policy.max_attempts:
            return
        pause = _pause(policy, turn)
        allowed = policy.max_duration
        if allowed and time.monotonic() - began + pause > allowed.total_seconds():
            return
        yield pause


def _pause(policy: Retry, turn: int) -> float:
    match policy:
        case ConstantRetry():
            return policy.interval.total_seconds()
        case ExponentialRetry():
            grown = policy.interval.total_seconds() * (policy.delay_factor or 2) ** min(
                turn - 1, 60
            )
            return min(grown, policy.max_interval.total_seconds())
        case RandomRetry():
            return random.uniform(
                policy.min_interval.total_seconds(), policy.max_interval.total_seconds()
            )


def measured(ctx: RunContext, job: Any, names: Mapping[str, str], **tags: str | None) -> None:
    """Metrics of a job that has ended: its statistics, as far as BigQuery tells them, and its time.

    ``names``: metric → where the number is in the job's statistics.
    """
    shown = {"project_id": job.project, "location": job.location, **tags}
    known = {name: str(value) for name, value in shown.items() if value is not None}
    for metric, place in names.items():
        value = statistic(job, place)
        if value is not None:
            ctx.metric(metric, float(value), tags=known)
    if job.started and job.ended:
        lasted = (job.ended - job.started).total_seconds()
        ctx.metric("duration", lasted, kind="timer", tags=known)


def statistic(job: Any, place: str) -> Any:
    """One of the statistics of a job (``load.outputRows``); the library knows only some by name."""
    found = job._properties.get("statistics") or {}
    for part in place.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
