"""Jobs of BigQuery: their ids are ours, so that no job is ever started twice."""

from __future__ import annotations

import re
import time
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from downbeat.sdk.remote import Name, Progress, RemoteJob
from flows.plugins.gcp.bigquery.errors import (
    Missing,
    VendorFailure,
    failed_job,
    vendor_words,
)
from flows.plugins.gcp.bigquery.session import ANSWER_SECONDS, BigQuery

_MOST_SILENCE: Final = 600.0
"""How long, in seconds, BigQuery may give no usable answer before the task fails."""
_TAKEN: Final = re.compile(r"Already Exists: Job (?P<project>[^\s]+):(?P<location>[\w-]+)\.")


class BigQueryJob(RemoteJob):
    """One job, made with an id of ours: a second start of the same one is refused by BigQuery."""

    noun: ClassVar[str] = "BigQuery job"

    def __init__(self, line: BigQuery, configuration: Mapping[str, Any]) -> None:
        self.line = line
        self.configuration = configuration
        self.last: Any = None
        """The job of the client library, as BigQuery described it last."""
        self._silent_since: float | None = None

    @abstractmethod
    def insert(self, job_id: str) -> Any:
        """Sends the job and returns it as BigQuery describes it."""

    def start(self, key: str) -> Name:
        job_id = _job_id(key)
        try:
            with vendor_words():
                self.last = self.insert(job_id)
        except VendorFailure as failure:
            # The id is ours: if a job has it, this start made it, whatever became of the answer.
            found = self._fetched(job_id, _where(failure) or self.line.location)
            if found is None:
                raise
            self.last = found
        return self._name()

    def find(self, key: str, since: datetime) -> Name | None:
        found = self._fetched(_job_id(key), self.line.location)
        if found is None:
            return None
        self.last = found
        return self._name()

    def look(self, name: Name) -> Progress:
        try:
            with vendor_words():
                self.last = self.line.client.get_job(
                    name["id"],
                    project=name["project"],
                    location=name.get("location"),
                    retry=None,
                    timeout=ANSWER_SECONDS,
                )
        except Missing as failure:
            return Progress("failed", "not found", {"errors": list(failure.errors)})
        except VendorFailure as failure:
            return self._silence(failure)
        self._silent_since = None
        return self._progress()

    def cancel(self, name: Name) -> None:
        with vendor_words():
            self.line.client.cancel_job(
                name["id"],
                project=name["project"],
                location=name.get("location"),
                retry=self.line.again,
                timeout=ANSWER_SECONDS / 4,
            )

    def failure(self, progress: Progress) -> VendorFailure:
        """Why the job ended badly."""
        errors = progress.answer.get("errors") or [{"message": f"it ended {progress.detail}"}]
        return failed_job(f"{self.noun} failed", errors)

    def _silence(self, failure: VendorFailure) -> Progress:
        """A job goes on while nobody can be asked about it; but not for ever."""
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        if not failure.passing or now - self._silent_since > _MOST_SILENCE:
            raise failure
        return Progress("running", f"no answer ({failure})")

    def _progress(self) -> Progress:
        job = self.last
        if job.state != "DONE":
            return Progress("running", str(job.state).lower())
        if not job.error_result:
            return Progress("success", "done")
        errors = [job.error_result, *(job.errors or ())]
        stopped = job.error_result.get("reason") == "stopped"
        return Progress("cancelled" if stopped else "failed", "failed", {"errors": errors})

    def _fetched(self, job_id: str, location: str | None) -> Any:
        try:
            with vendor_words():
                return self.line.client.get_job(
                    job_id,
                    project=self.line.project,
                    location=location,
                    retry=self.line.again,
                    timeout=ANSWER_SECONDS,
                )
        except Missing:
            return None

    def _name(self) -> Name:
        job = self.last
        return {"id": job.job_id, "project": job.project, "location": job.location}


class QueryRun(BigQueryJob):
    """A query."""

    def insert(self, job_id: str) -> Any:
        from google.cloud.bigquery import QueryJobConfig

        return self.line.client.query(
            self.configuration["query"]["query"],
            job_config=QueryJobConfig.from_api_repr(dict(self.configuration)),
            job_id=job_id,
            location=self.line.location,
            project=self.line.project,
            retry=self.line.again,
            job_retry=None,
            timeout=ANSWER_SECONDS,
        )


class CopyRun(BigQueryJob):
    """A copy of tables."""

    def insert(self, job_id: str) -> Any:
        from google.cloud.bigquery import CopyJobConfig, TableReference

        told = self.configuration["copy"]
        return self.line.client.copy_table(
            [TableReference.from_api_repr(source) for source in told["sourceTables"]],
            TableReference.from_api_repr(told["destinationTable"]),
            job_id=job_id,
            location=self.line.location,
            project=self.line.project,
            job_config=CopyJobConfig.from_api_repr(dict(self.configuration)),
            retry=self.line.again,
            timeout=ANSWER_SECONDS,
        )


class ExtractRun(BigQueryJob):
    """An export to Cloud Storage."""

    def insert(self, job_id: str) -> Any:
        from google.cloud.bigquery import ExtractJobConfig, TableReference

        told = self.configuration["extract"]
        return self.line.client.extract_table(
            TableReference.from_api_repr(told["sourceTable"]),
            told["destinationUris"],
            job_id=job_id,
            location=self.line.location,
            project=self.line.project,
            job_config=ExtractJobConfig.from_api_repr(dict(self.configuration)),
            retry=self.line.again,
            timeout=ANSWER_SECONDS,
        )


class LoadRun(BigQueryJob):
    """A load from Cloud Storage."""

    def insert(self, job_id: str) -> Any:
        from google.cloud.bigquery import LoadJobConfig, TableReference

        told = self.configuration["load"]
        return self.line.client.load_table_from_uri(
            told["sourceUris"],
            TableReference.from_api_repr(told["destinationTable"]),
            job_id=job_id,
            location=self.line.location,
            project=self.line.project,
            job_config=LoadJobConfig.from_api_repr(dict(self.configuration)),
            retry=self.line.again,
            timeout=ANSWER_SECONDS,
        )


def _job_id(key: str) -> str:
    return "downbeat_" + re.sub(r"[^\w-]", "_", key)


def _where(failure: VendorFailure) -> str | None:
    """The location that BigQuery names when it refuses an id that is taken."""
    found = _TAKEN.search(str(failure))
    return found["location"] if found else None
