"""A load whose file is sent with it, in parts, so that files of any size need little memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from downbeat.sdk.remote import pause
from flows.plugins.gcp.bigquery.jobs import BigQueryJob
from flows.plugins.gcp.bigquery.session import ANSWER_SECONDS, PATIENCE_SECONDS, BigQuery

_PART: Final = 16 << 20
"""A multiple of 256 KiB, as the protocol wants."""
_MOST_BREAKS: Final = 5
"""How often a broken upload is taken up again where the server says that it stands."""


class UploadRun(BigQueryJob):
    """A load of a local file. The job begins once its last byte has arrived."""

    def __init__(self, line: BigQuery, configuration: Mapping[str, Any], file: Path) -> None:
        super().__init__(line, configuration)
        self._file = file

    def insert(self, job_id: str) -> Any:
        reference = {"projectId": self.line.project, "jobId": job_id}
        if self.line.location:
            reference["location"] = self.line.location
        resource = {"jobReference": reference, "configuration": dict(self.configuration)}
        with self._file.open("rb") as content:
            answer = self._sent(content, resource)
        return self.line.client.job_from_resource(answer.json())

    def _sent(self, content: BinaryIO, resource: Mapping[str, Any]) -> Any:
        from google.resumable_media import RetryStrategy
        from google.resumable_media.requests import ResumableUpload

        line = self.line
        upload = ResumableUpload(
            f"{line.endpoint}/upload/bigquery/v2/projects/{line.project}/jobs?uploadType=resumable",
            _PART,
            headers={"X-Upload-Content-Type": "*/*"},
        )
        upload._retry_strategy = RetryStrategy(max_cumulative_retry=PATIENCE_SECONDS)
        upload.initiate(
            line.http,
            content,
            resource,
            "*/*",
            total_bytes=self._file.stat().st_size,
            timeout=ANSWER_SECONDS,
        )
        breaks, broken = 0, False
        while True:
            pause(0)
            try:
                if broken:
                    upload.recover(line.http)
                    broken = False
                answer = upload.transmit_next_chunk(line.http, timeout=2 * ANSWER_SECONDS)
            except Exception as error:
                breaks, broken = breaks + 1, True
                if breaks > _MOST_BREAKS or not _is_broken(error):
                    raise
            else:
                if upload.finished:
                    return answer


def _is_broken(error: Exception) -> bool:
    import requests
    from google import resumable_media

    if isinstance(error, resumable_media.InvalidResponse):
        return bool(error.response.status_code >= 500)
    return isinstance(error, requests.RequestException)
