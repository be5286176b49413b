"""A task whose work is done by another system: its jobs are followed as those of vendors are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.remote import Name, Phase, Progress, RemoteJob, follow, follow_all
from downbeat.sdk.task import Outputs, RunnableTask
from downbeat.sdk.web import client

if TYPE_CHECKING:
    import httpx

_PHASES: Final[Mapping[str, Phase]] = {
    "done": "success",
    "failed": "failed",
    "cancelled": "cancelled",
}


class Remote(RunnableTask):
    """Starts a job of the double at `url` and waits for it. Outputs: `job`, `status`."""

    type_name: ClassVar[str] = "io.downbeat.test.Remote"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "job": "Name of the job",
        "status": "How the job ended",
    }

    url: Dyn[Text]
    every: Dyn[Duration] = timedelta(milliseconds=100)
    longest: Dyn[Duration | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        with client(ctx, base_url=self.url) as http:
            done = follow(ctx, _Job(http), every=self.every, longest=self.longest)
        if done.progress.phase != "success":
            raise TaskFailed(f"The job {done.name['id']} ended as {done.progress.detail}")
        return {"job": done.name["id"], "status": done.progress.detail}


class RemotePair(RunnableTask):
    """Runs two jobs of the double at `url`, one after the other or side by side. Output: `jobs`."""

    type_name: ClassVar[str] = "io.downbeat.test.RemotePair"
    outputs_schema: ClassVar[Mapping[str, str]] = {"jobs": "Names of the jobs"}

    url: Dyn[Text]
    together: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        every = timedelta(milliseconds=100)
        with client(ctx, base_url=self.url) as http:
            if self.together:
                found = follow_all(ctx, {"a": _Job(http), "b": _Job(http)}, every=every)
                ended = [found["a"], found["b"]]
            else:
                ended = [follow(ctx, _Job(http), every=every) for _ in range(2)]
        return {"jobs": [one.name["id"] for one in ended]}


class _Job(RemoteJob):
    noun = "test job"

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def start(self, key: str) -> Name:
        return {"id": self._http.post("/jobs", json={"key": key}).json()["id"]}

    def find(self, key: str, since: datetime) -> Name | None:
        found = self._http.get("/jobs", params={"key": key}).json()["ids"]
        return {"id": found[0]} if found else None

    def look(self, name: Name) -> Progress:
        status = self._http.get(f"/jobs/{name['id']}").json()["status"]
        return Progress(_PHASES.get(status, "running"), status)

    def cancel(self, name: Name) -> None:
        answer = self._http.post(f"/jobs/{name['id']}/cancel")
        if answer.is_error:
            raise TaskFailed(f"The double answered {answer.status_code}: {answer.text}")
