"""``airbyte.connections.Sync`` and ``airbyte.connections.CheckStatus``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from downbeat.sdk.connection import resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.remote import Progress, begun, follow
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.airbyte.answers import failure, moved, streams
from flows.plugins.airbyte.api import AlreadyRunning, Api
from flows.plugins.airbyte.connection import AirbyteConnection, ApplicationCredentials
from flows.plugins.airbyte.jobs import ConfigJob
from flows.plugins.airbyte.reaching import TIMEOUT, own_airbyte
from flows.plugins.airbyte.waiting import often_enough, say_unheeded
from flows.plugins.http.options import Options


class AirbyteTask(RunnableTask, AirbyteConnection):
    """A task at an Airbyte of one's own."""

    application_credentials: ApplicationCredentials | None = None
    http_timeout: Dyn[Duration] = TIMEOUT
    options: Options | None = None

    @contextmanager
    def api(self, ctx: RunContext) -> Iterator[Api]:
        """Airbyte, ready to be asked."""
        say_unheeded(ctx, self.options)
        found = resolved(ctx, self._given(), AirbyteConnection)
        with own_airbyte(ctx, found, options=self.options, timeout=self.http_timeout) as api:
            yield api

    def _given(self) -> AirbyteConnection:
        """The task with an application's credentials where the connection has them."""
        given = self.application_credentials
        if given is None:
            return self
        own = {"client_id": given.client_id, "client_secret": given.client_secret}
        return self.model_copy(update=own)


class Sync(AirbyteTask):
    """Syncs a connection and waits for the end of the job. Outputs: `jobId`, `alreadyRunning`.

    The job is started once: after a lost worker the next attempt goes on with it, and a kill, a
    timeout or `maxDuration` cancels it. If the connection is being synced already, the task fails;
    with `failOnActiveSync: false` it succeeds, without a `jobId`. The log of the job is shown
    while it runs, what it moved becomes metrics, and the streams that it names become assets.
    """

    type_name: ClassVar[str] = "airbyte.connections.Sync"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "jobId": "The job's number at Airbyte; null if another sync was running",
        "alreadyRunning": "Whether another sync of the connection was running",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Sync a connection every morning, and try three times",
            """id: ingest
namespace: company.data
triggers:
  - id: daily
    type: core.trigger.Schedule
    cron: "0 5 * * *"
tasks:
  - id: sync
    type: airbyte.connections.Sync
    url: http://localhost:8000
    token: "{{ secret('AIRBYTE_TOKEN') }}"
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12ab
    maxDuration: PT2H
    pollFrequency: PT10S
    retry:
      type: exponential
      maxAttempts: 3
      interval: PT1M
      maxInterval: PT15M
""",
        ),
        (
            "Start a sync without waiting for it",
            """id: kick
namespace: company.data
tasks:
  - id: sync
    type: airbyte.connections.Sync
    url: http://localhost:8000
    applicationCredentials:
      clientId: "{{ secret('AIRBYTE_CLIENT_ID') }}"
      clientSecret: "{{ secret('AIRBYTE_CLIENT_SECRET') }}"
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12ab
    wait: false
    failOnActiveSync: false
""",
        ),
    )

    connection_id: Dyn[Text]
    wait: Dyn[bool] = True
    max_duration: Dyn[Duration] = timedelta(minutes=60)
    poll_frequency: Dyn[Duration] = timedelta(seconds=1)
    fail_on_active_sync: Dyn[bool] = True

    def run(self, ctx: RunContext) -> Outputs:
        every = often_enough(self.poll_frequency)
        with self.api(ctx) as api:
            job = ConfigJob(api, self.connection_id)
            try:
                if not self.wait:
                    return _outputs(begun(ctx, job)["id"])
                ended = follow(ctx, job, every=every, longest=self.max_duration)
            except AlreadyRunning as running:
                if self.fail_on_active_sync:
                    raise TaskFailed(
                        f"{running} ('failOnActiveSync: false' lets the task succeed then)"
                    ) from None
                ctx.log.warning(str(running))
                return _outputs(None)
            number = ended.name["id"]
            judge(number, ended.progress, ctx)
            _show_assets(ctx, api, self.connection_id, ended.progress.answer)
            return _outputs(number)


class CheckStatus(AirbyteTask):
    """Waits for the end of a job that somebody else has started. Output: `finalJobStatus`.

    The task fails if the job fails or is cancelled, and after `maxDuration`; it never cancels the
    job.
    """

    type_name: ClassVar[str] = "airbyte.connections.CheckStatus"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "finalJobStatus": "How the job ended, in Airbyte's word: `succeeded`",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Start two syncs, then wait for both",
            """id: together
namespace: company.data
tasks:
  - id: orders
    type: airbyte.connections.Sync
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12ab
    wait: false
  - id: customers
    type: airbyte.connections.Sync
    connectionId: 83b1ce92-547c-436f-b1e8-23b6936c12cd
    wait: false
  - id: orders_done
    type: airbyte.connections.CheckStatus
    jobId: "{{ outputs.orders.jobId }}"
  - id: customers_done
    type: airbyte.connections.CheckStatus
    jobId: "{{ outputs.customers.jobId }}"
pluginDefaults:
  - type: airbyte
    values:
      url: http://localhost:8000
      token: "{{ secret('AIRBYTE_TOKEN') }}"
""",
        ),
    )

    job_id: Dyn[Text]
    max_duration: Dyn[Duration] = timedelta(minutes=60)
    poll_frequency: Dyn[Duration] = timedelta(seconds=1)

    def run(self, ctx: RunContext) -> Outputs:
        every = often_enough(self.poll_frequency).total_seconds()
        number = self._number()
        until = time.monotonic() + self.max_duration.total_seconds()
        with self.api(ctx) as api:
            job = ConfigJob(api)
            while (progress := job.look({"id": number})).phase == "running":
                if time.monotonic() >= until:
                    raise TaskFailed(
                        f"Airbyte job {number} was still {progress.detail} after "
                        f"{self.max_duration} ('maxDuration')"
                    )
                time.sleep(every)
            judge(number, progress, ctx)
        return {"finalJobStatus": progress.detail}

    def _number(self) -> int:
        try:
            return int(self.job_id)
        except ValueError:
            raise TaskFailed(f"'jobId' is the number of a job, not '{self.job_id[:100]}'") from None


def judge(number: Any, progress: Progress, ctx: RunContext) -> None:
    """Records what an ended job moved; fails unless it went well."""
    sums = moved(progress.answer)
    ctx.metric("attempts.count", sums.attempts)
    ctx.metric("records.committed", sums.records_committed)
    ctx.metric("records.emitted", sums.records_emitted)
    ctx.metric("bytes.emitted", sums.bytes_emitted)
    ctx.metric("state.emitted", sums.states_emitted)
    if progress.phase != "success":
        reason = failure(progress.answer)
        raise TaskFailed(f"Airbyte job {number} {progress.detail}{reason and f': {reason}'}")


def _show_assets(ctx: RunContext, api: Api, connection_id: str, answer: Mapping[str, Any]) -> None:
    for stream in streams(answer):
        name = f"{stream.namespace}.{stream.name}" if stream.namespace else stream.name
        ctx.asset(
            f"airbyte://{api.host}/{connection_id}/{name}",
            direction="output",
            type="airbyte.stream",
            name=name,
            rows=stream.rows,
            bytes=stream.bytes,
        )


def _outputs(number: Any) -> Outputs:
    return {"jobId": number, "alreadyRunning": number is None}
