"""Airbyte's jobs as remote jobs: by its own interface (``/api/v1``) and by its public one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.patience import BRIEF, PATIENT
from downbeat.sdk.remote import Name, Progress, Refused, RemoteJob, pause
from flows.plugins.airbyte.answers import attempts_of, log_lines, phase_of
from flows.plugins.airbyte.api import AlreadyRunning, Api, Unsure

_SLACK: Final = timedelta(seconds=2)
"""Airbyte dates jobs in whole seconds, and clocks are read at different moments."""
_LISTED: Final = 20
JobType = Literal["sync", "reset"]


class AirbyteJob(RemoteJob):
    """What the jobs of both interfaces have in common: a start that is never made twice.

    Airbyte takes no key of the caller's making. When it is unsure whether a start was heard, the
    jobs of the connection are listed, and only if there is no new one the start is made again.
    """

    noun: ClassVar[str] = "Airbyte job"

    def __init__(self, api: Api, connection_id: str) -> None:
        self.api = api
        self.connection_id = connection_id

    @abstractmethod
    def begin(self) -> Name:
        """Asks Airbyte once to start the job."""

    def start(self, key: str) -> Name:
        since = datetime.now(UTC)
        step, left = PATIENT.first, PATIENT.whole
        doubt: Unsure | None = None
        while True:
            try:
                return self.begin()
            except Unsure as unsure:
                doubt = unsure
            except AlreadyRunning:
                found = self.find(key, since) if doubt else None
                if found is None:
                    raise
                return found
            self.api.ctx.log.warning(f"{doubt}; looking whether the job was started nevertheless")
            pause(step)
            found = self.find(key, since)
            if found is not None:
                return found
            left -= step
            step = min(step * 2, PATIENT.most)
            if left <= 0:
                raise Refused(str(doubt))

    def _first_since(
        self, jobs: Iterable[Mapping[str, Any]], since: datetime, dated: Callable[[Any], Any]
    ) -> Name | None:
        """The oldest of the jobs that began after a moment by our clock."""
        earliest = since - self.api.lag - _SLACK
        new = [
            (moment, job)
            for job in jobs
            if (moment := _moment(dated(job))) is not None and moment >= earliest
        ]
        if not new:
            return None
        _, oldest = min(new, key=lambda pair: pair[0])
        return _named(oldest.get("id", oldest.get("jobId")))


class ConfigJob(AirbyteJob):
    """A sync, by the interface that Airbyte's own pages use."""

    def __init__(self, api: Api, connection_id: str = "") -> None:
        super().__init__(api, connection_id)
        self._logged: dict[int, int] = {}

    def begin(self) -> Name:
        answer = self.api.begin("/api/v1/connections/sync", {"connectionId": self.connection_id})
        return _named(_job(answer).get("id"))

    def find(self, key: str, since: datetime) -> Name | None:
        asked = {
            "configTypes": ["sync"],
            "configId": self.connection_id,
            "pagination": {"pageSize": _LISTED, "rowOffset": 0},
        }
        answer = self.api.read("POST", "/api/v1/jobs/list", asked)
        jobs = [_job(item) for item in _list(answer, "jobs")]
        return self._first_since(jobs, since, lambda job: job.get("createdAt"))

    def look(self, name: Name) -> Progress:
        answer = self.api.read("POST", "/api/v1/jobs/get", {"id": name["id"]})
        self._log_what_is_new(answer)
        status = str(_job(answer).get("status") or "unknown")
        return Progress(phase_of(status), status, answer)

    def cancel(self, name: Name) -> None:
        self.api.read("POST", "/api/v1/jobs/cancel", {"id": name["id"]}, patience=BRIEF)

    def _log_what_is_new(self, answer: Mapping[str, Any]) -> None:
        for place, item in enumerate(attempts_of(answer)):
            lines = log_lines(item)
            for line in lines[self._logged.get(place, 0) :]:
                self.api.ctx.log.info(line)
            self._logged[place] = max(len(lines), self._logged.get(place, 0))


class PublicJob(AirbyteJob):
    """A sync or a reset, by the public interface, which is also the cloud's."""

    def __init__(self, api: Api, connection_id: str, job_type: JobType) -> None:
        super().__init__(api, connection_id)
        self.job_type = job_type

    def begin(self) -> Name:
        body = {"connectionId": self.connection_id, "jobType": self.job_type}
        return _named(self.api.begin("/jobs", body).get("jobId"))

    def find(self, key: str, since: datetime) -> Name | None:
        params = {
            "connectionId": self.connection_id,
            "jobType": self.job_type,
            "limit": str(_LISTED),
            "orderBy": "createdAt|DESC",
        }
        answer = self.api.read("GET", "/jobs", params=params)
        return self._first_since(_list(answer, "data"), since, lambda job: job.get("startTime"))

    def look(self, name: Name) -> Progress:
        answer = self.api.read("GET", f"/jobs/{name['id']}")
        status = str(answer.get("status") or "unknown")
        return Progress(phase_of(status), status, answer)

    def cancel(self, name: Name) -> None:
        self.api.read("DELETE", f"/jobs/{name['id']}", patience=BRIEF)


def _job(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    found = answer.get("job")
    return found if isinstance(found, dict) else {}


def _list(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = answer.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _named(id: Any) -> Name:
    if not isinstance(id, int | str) or id == "":
        raise TaskFailed("Airbyte's answer names no job; does 'url' name Airbyte's API?")
    return {"id": id}


def _moment(value: Any) -> datetime | None:
    match value:
        case int() | float():
            return datetime.fromtimestamp(value, tz=UTC)
        case str() if value:
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                return None
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        case _:
            return None
