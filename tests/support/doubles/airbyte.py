"""Airbyte on the wire: its own interface (``/api/v1``), the public one (``/v1``), and tokens.

Written from the public documentation of Airbyte; what it shows is that our client follows that
reading. The jobs of a connection go through the statuses of ``script``, one for each look.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tests.support.doubles.wire import Answer, Asked, HttpDouble

CLIENT_ID: Final = "app-1"
CLIENT_SECRET: Final = "app-secret-value"
STREAMS: Final = (("public", "orders", 30), (None, "customers", 12))


@dataclass
class Job:
    """One job and how far it has got."""

    id: int
    connection_id: str
    type: str
    script: list[str]
    looks: int = 0
    created_at: float = field(default_factory=time.time)
    cancelled: bool = False

    @property
    def status(self) -> str:
        """How it stands."""
        if self.cancelled:
            return "cancelled"
        return self.script[min(self.looks, len(self.script)) - 1] if self.looks else "pending"

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.status not in ("succeeded", "failed", "cancelled")


class AirbyteDouble(HttpDouble):
    """An Airbyte. ``signs_in``: None, ``"token"``, ``"basic"`` or ``"application"``."""

    def __init__(self, *, signs_in: str | None = None) -> None:
        super().__init__()
        self.script = ["running", "succeeded"]
        self.scripts: list[list[str]] = []
        """Scripts of the next jobs; afterwards ``script``."""
        self.jobs: list[Job] = []
        self.signs_in = signs_in
        self.tokens: list[str] = []
        self.lines = ["sync started"]
        self.more_lines = ["42 records read"]

    def expire(self) -> None:
        """The last token is good no more."""
        self.tokens[-1] = "expired"

    def running(self, connection_id: str = "other") -> Job:
        """A job that somebody else has started."""
        job = Job(len(self.jobs) + 1, connection_id, "sync", ["running"], looks=1)
        self.jobs.append(job)
        return job

    def named(self, method: str, path: str) -> str:
        match method, path.removeprefix("/api/public"):
            case "POST", "/api/v1/connections/sync":
                return "start"
            case "POST", "/api/v1/jobs/get":
                return "look"
            case "POST", "/api/v1/jobs/list":
                return "list"
            case "POST", "/api/v1/jobs/cancel":
                return "cancel"
            case "POST", "/api/v1/applications/token" | "/v1/applications/token":
                return "token"
            case ("POST", "/api/v1/workspaces/list") | ("GET", "/v1/workspaces"):
                return "workspaces"
            case "POST", "/v1/jobs":
                return "start"
            case "GET", "/v1/jobs":
                return "list"
            case "GET", other if other.startswith("/v1/jobs/"):
                return "look"
            case "DELETE", other if other.startswith("/v1/jobs/"):
                return "cancel"
            case _:
                return "unknown"

    def answered(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        if asked.what == "token":
            return self._token(asked)
        if not self._lets_in(asked):
            return Answer(401, {"message": "Unauthorized"})
        public = "/api/v1" not in asked.path
        match asked.what:
            case "start":
                return self._start(asked, public=public)
            case "list":
                return self._list(asked, query, public=public)
            case "workspaces":
                return Answer(200, {"data" if public else "workspaces": [{"name": "Default"}]})
            case "look" | "cancel":
                return self._one(asked, public=public)
            case _:
                return Answer(404, {"message": f"Object not found: {asked.path}"})

    def _token(self, asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        if (body.get("client_id"), body.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Answer(401, {"message": f"No application has {body.get('client_secret')}"})
        self.tokens.append(f"token-{len(self.tokens) + 1}-of-the-application")
        return Answer(
            200, {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 900}
        )

    def _lets_in(self, asked: Asked) -> bool:
        match self.signs_in:
            case "token":
                return asked.authorization == "Bearer fixed-token"
            case "basic":
                known = base64.b64encode(b"ada:pass-word").decode()
                return asked.authorization == f"Basic {known}"
            case "application":
                return bool(self.tokens) and asked.authorization == f"Bearer {self.tokens[-1]}"
            case _:
                return True

    def _start(self, asked: Asked, *, public: bool) -> Answer:
        connection = asked.body["connectionId"]
        if connection == "missing":
            return Answer(404, {"message": "Could not find configuration for CONNECTION: missing"})
        if any(job.live and job.connection_id == connection for job in self.jobs):
            return Answer(409, {"message": f"A sync is already running for: {connection}"})
        script = self.scripts.pop(0) if self.scripts else self.script
        kind = asked.body.get("jobType", "sync")
        self.jobs.append(Job(len(self.jobs) + 1, connection, kind, list(script)))
        return Answer(200, self._shown(self.jobs[-1], public=public))

    def _list(self, asked: Asked, query: Mapping[str, str], *, public: bool) -> Answer:
        wanted = query.get("connectionId") if public else asked.body["configId"]
        found = [job for job in reversed(self.jobs) if job.connection_id == wanted]
        shown = [self._shown(job, public=public) for job in found]
        return Answer(200, {"data": shown} if public else {"jobs": shown})

    def _one(self, asked: Asked, *, public: bool) -> Answer:
        id = int(asked.path.rpartition("/")[2]) if public else int(asked.body["id"])
        if not 0 < id <= len(self.jobs):
            return Answer(404, {"message": f"Could not find job with id: {id}"})
        job = self.jobs[id - 1]
        if asked.what == "cancel":
            job.cancelled = job.live
        else:
            job.looks += 1
        return Answer(200, self._shown(job, public=public))

    def _shown(self, job: Job, *, public: bool) -> dict[str, Any]:
        if public:
            return {
                "jobId": job.id,
                "status": job.status,
                "jobType": job.type,
                "connectionId": job.connection_id,
                "startTime": datetime.fromtimestamp(int(job.created_at), tz=UTC).isoformat(),
                "lastUpdatedAt": datetime.now(UTC).isoformat(),
                "duration": "PT5S",
                "bytesSynced": 4200,
                "rowsSynced": 42,
            }
        head = {
            "id": job.id,
            "configType": "sync",
            "configId": job.connection_id,
            "createdAt": int(job.created_at),
            "status": job.status,
        }
        return {"job": head, "attempts": [self._attempt(job)] if job.looks else []}

    def _attempt(self, job: Job) -> dict[str, Any]:
        failed = job.status == "failed"
        problem = {
            "failureOrigin": "source",
            "failureType": "config_error",
            "externalMessage": "The password of the source is wrong",
        }
        return {
            "attempt": {
                "id": 0,
                "status": "running" if job.live else job.status,
                "recordsSynced": 42,
                "bytesSynced": 4200,
                "totalStats": {
                    "recordsCommitted": 42,
                    "recordsEmitted": 45,
                    "bytesEmitted": 4200,
                    "stateMessagesEmitted": 2,
                },
                "streamStats": [
                    {
                        "streamName": name,
                        "streamNamespace": namespace,
                        "stats": {"recordsCommitted": rows, "bytesEmitted": rows * 100},
                    }
                    for namespace, name, rows in STREAMS
                ],
                "failureSummary": {"failures": [problem]} if failed else None,
            },
            "logs": {"logLines": self.lines + (self.more_lines if job.looks > 1 else [])},
        }
