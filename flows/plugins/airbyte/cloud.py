"""``airbyte.cloud.jobs.Sync`` and ``airbyte.cloud.jobs.Reset``, by Airbyte's public interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar, Final

from downbeat.sdk.connection import resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.remote import begun, follow
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.airbyte.api import Api
from flows.plugins.airbyte.connection import AirbyteCloudConnection
from flows.plugins.airbyte.jobs import JobType, PublicJob
from flows.plugins.airbyte.reaching import public_airbyte
from flows.plugins.airbyte.waiting import often_enough

_TOLD: Final = (
    "jobId",
    "startTime",
    "lastUpdatedAt",
    "jobType",
    "status",
    "duration",
    "bytesSynced",
    "rowsSynced",
)


class CloudTask(RunnableTask, AirbyteCloudConnection):
    """A task that starts a job by the public interface."""

    job_type: ClassVar[JobType] = "sync"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "job": f"The job as Airbyte tells it: {', '.join(f'`{name}`' for name in _TOLD)}",
    }

    connection_id: Dyn[Text]
    wait: Dyn[bool] = True
    max_duration: Dyn[Duration] = timedelta(minutes=60)
    poll_frequency: Dyn[Duration] = timedelta(seconds=1)

    @contextmanager
    def api(self, ctx: RunContext) -> Iterator[Api]:
        """Airbyte, ready to be asked."""
        with public_airbyte(ctx, resolved(ctx, self, AirbyteCloudConnection)) as api:
            yield api

    def run(self, ctx: RunContext) -> Outputs:
        every = often_enough(self.poll_frequency)
        with self.api(ctx) as api:
            job = PublicJob(api, self.connection_id, self.job_type)
            if not self.wait:
                return {"job": _told(job.look(begun(ctx, job)).answer)}
            ended = follow(ctx, job, every=every, longest=self.max_duration)
        told = _told(ended.progress.answer)
        if ended.progress.phase != "success":
            number, detail = ended.name["id"], ended.progress.detail
            raise TaskFailed(f"Airbyte job {number} {detail}; its log is on Airbyte's pages")
        for name, metric in (("rowsSynced", "rows.synced"), ("bytesSynced", "bytes.synced")):
            if isinstance(told[name], int | float):
                ctx.metric(metric, told[name])
        return {"job": told}


class Sync(CloudTask):
    """Syncs a connection in Airbyte's cloud and waits for the end of the job. Output: `job`.

    The job is started once: after a lost worker the next attempt goes on with it, and a kill, a
    timeout or `maxDuration` cancels it. Without `url`, the cloud is asked; `url` may also name the
    public API of an Airbyte of one's own, which ends in `/api/public/v1`.
    """

    type_name: ClassVar[str] = "airbyte.cloud.jobs.Sync"
    job_type: ClassVar[JobType] = "sync"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Sync a connection in the cloud",
            """id: cloud_sync
namespace: company.data
tasks:
  - id: sync
    type: airbyte.cloud.jobs.Sync
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12ab
    clientId: "{{ secret('AIRBYTE_CLIENT_ID') }}"
    clientSecret: "{{ secret('AIRBYTE_CLIENT_SECRET') }}"
    pollFrequency: PT10S
""",
        ),
    )


class Reset(CloudTask):
    """Empties what a connection has written, in Airbyte's cloud, and waits. Output: `job`.

    The next sync fetches everything anew. The job is started once, and cancelled by a kill, a
    timeout or `maxDuration`.
    """

    type_name: ClassVar[str] = "airbyte.cloud.jobs.Reset"
    job_type: ClassVar[JobType] = "reset"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Fetch everything anew",
            """id: refill
namespace: company.data
tasks:
  - id: empty
    type: airbyte.cloud.jobs.Reset
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12ab
    token: "{{ secret('AIRBYTE_TOKEN') }}"
  - id: fill
    type: airbyte.cloud.jobs.Sync
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12ab
    token: "{{ secret('AIRBYTE_TOKEN') }}"
""",
        ),
    )


def _told(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer.get(name) for name in _TOLD}
