"""``aws.s3.Upload``: files of internal storage become objects."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Final
from urllib.parse import unquote, urlencode

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.aws.s3.listing import note
from flows.plugins.aws.s3.options import InBucket, Owned
from flows.plugins.aws.s3.stored import (
    ChecksumAlgorithm,
    LegalHold,
    LockMode,
    ServerSideEncryption,
    StorageClass,
)
from flows.plugins.aws.s3.transfers import PART, Answers, transferring
from flows.plugins.aws.session import s3_client

_LARGEST_WHOLE: Final = 5 * 1024**3
"""What one request may carry; a checksum of the whole content is only for that."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file on its way."""

    key: str
    path: Path
    size: int
    future: Any


class Upload(InBucket, Owned, RunnableTask):
    """Writes files of internal storage into a bucket of S3.

    `from` is one file, a list of files or a map of names to files. One file becomes the object
    `key` (below it, if it ends with a slash), several become objects below `key`.
    """

    type_name: ClassVar[str] = "aws.s3.Upload"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "bucket": "The bucket.",
        "key": "The key of the object, or the folder of the objects.",
        "eTag": "The entity tag of the object, if it is one.",
        "versionId": "Its version, if the bucket keeps versions.",
        "files": "For several files, by key: `uri` (the source), `contentLength`, `eTag`, …",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Leave a report in a bucket",
            """id: leave_a_report
namespace: company.team
inputs:
  - id: report
    type: FILE
tasks:
  - id: upload
    type: aws.s3.Upload
    from: "{{ inputs.report }}"
    bucket: company-reports
    key: daily/report.csv
    contentType: text/csv
""",
        ),
        (
            "Leave all files of a script",
            """id: leave_files
namespace: company.team
tasks:
  - id: make
    type: scripts.shell.Commands
    commands:
      - echo one > one.txt
      - echo two > two.txt
    outputFiles: ["*.txt"]
  - id: upload
    type: aws.s3.Upload
    from: "{{ outputs.make.outputFiles }}"
    bucket: company-reports
    key: daily
    tagging:
      made-by: downbeat
""",
        ),
    )

    from_: Dyn[list[Text] | dict[str, Text] | str] = Field(alias="from")
    key: Dyn[Text]
    metadata: Dyn[dict[str, Text] | None] = None
    cache_control: Dyn[Text | None] = None
    content_type: Dyn[Text | None] = None
    content_encoding: Dyn[Text | None] = None
    content_disposition: Dyn[Text | None] = None
    content_language: Dyn[Text | None] = None
    content_length: Dyn[int | None] = None
    """The size that the file must have: another one is an error."""
    expires: Dyn[datetime | None] = None
    acl: Dyn[Text | None] = None
    storage_class: Dyn[StorageClass | None] = None
    server_side_encryption: Dyn[ServerSideEncryption | None] = None
    bucket_key_enabled: Dyn[bool | None] = None
    checksum_algorithm: Dyn[ChecksumAlgorithm | None] = None
    checksum: Dyn[Text | None] = None
    """The checksum of the content as base64; the service refuses a content that has another."""
    object_lock_mode: Dyn[LockMode | None] = None
    object_lock_legal_hold_status: Dyn[LegalHold | None] = None
    object_lock_retain_until_date: Dyn[datetime | None] = None
    tagging: Dyn[dict[str, Text] | None] = None
    concurrent_uploads: Dyn[int] = Field(default=50, ge=1)
    """How many files are on their way at once."""

    def run(self, ctx: RunContext) -> Outputs:
        sources = _sources(self.from_, self.key)
        if self.checksum and (self.checksum_algorithm is None or len(sources) > 1):
            raise TaskFailed("'checksum' is for one file, and needs 'checksumAlgorithm'")
        with s3_client(ctx, self) as client:
            answers = Answers(client)
            self._listen(client)
            files = {
                sent.key: {
                    "uri": sources[sent.key],
                    "contentLength": sent.size,
                    "contentType": self.content_type,
                    "metadata": self.metadata or {},
                    **answers.of(self.bucket, sent.key),
                }
                for sent in self._sent(ctx, client, sources)
            }
        ctx.metric("file.count", len(files))
        ctx.metric("file.size", sum(file["contentLength"] for file in files.values()))
        if isinstance(self.from_, str) and len(files) == 1 and not _is_json(self.from_):
            ((key, file),) = files.items()
            one = {"eTag": file["eTag"], "versionId": file["versionId"]}
            return {"bucket": self.bucket, "key": key, **one}
        return {"bucket": self.bucket, "key": self.key, "files": files}

    def _sent(self, ctx: RunContext, client: Any, sources: Mapping[str, str]) -> Iterator[_Sent]:
        """Each file once it is there; only as many as are on their way lie on this machine."""
        arguments = self._arguments()
        threshold = _LARGEST_WHOLE if self.checksum else PART
        with transferring(ctx, client, threshold=threshold) as manager:
            running: deque[_Sent] = deque()
            for key, uri in sources.items():
                path = ctx.fetch(uri)
                size = self._checked_size(path)
                future = manager.upload(str(path), self.bucket, key, dict(arguments))
                running.append(_Sent(key, path, size, future))
                if len(running) >= self.concurrent_uploads:
                    yield self._arrived(ctx, running.popleft())
            while running:
                yield self._arrived(ctx, running.popleft())

    def _arrived(self, ctx: RunContext, sent: _Sent) -> _Sent:
        sent.future.result()
        with suppress(OSError):
            shutil.rmtree(sent.path.parent)
        note(ctx, "output", self.bucket, sent.key, bytes=sent.size)
        return sent

    def _checked_size(self, path: Path) -> int:
        size = path.stat().st_size
        if self.content_length is not None and size != self.content_length:
            raise TaskFailed(
                f"The file '{path.name}' has {size} bytes, but 'contentLength' is "
                f"{self.content_length}"
            )
        return size

    def _arguments(self) -> dict[str, Any]:
        algorithm = self.checksum_algorithm.asked if self.checksum_algorithm else None
        encryption = self.server_side_encryption
        given: dict[str, Any] = {
            "ACL": self.acl,
            "CacheControl": self.cache_control,
            "ChecksumAlgorithm": algorithm,
            "ContentDisposition": self.content_disposition,
            "ContentEncoding": self.content_encoding,
            "ContentLanguage": self.content_language,
            "ContentType": self.content_type,
            "Expires": _moment(self.expires),
            "Metadata": self.metadata,
            "ObjectLockLegalHoldStatus": self.object_lock_legal_hold_status,
            "ObjectLockMode": self.object_lock_mode,
            "ObjectLockRetainUntilDate": _moment(self.object_lock_retain_until_date),
            "ServerSideEncryption": encryption.asked if encryption else None,
            "StorageClass": self.storage_class,
            "Tagging": urlencode(self.tagging) if self.tagging else None,
        }
        if self.checksum:
            given |= {f"Checksum{algorithm}": self.checksum, "ChecksumAlgorithm": None}
        found = {name: value for name, value in given.items() if value is not None}
        return {**found, **self.payer(), **self.owner()}

    def _listen(self, client: Any) -> None:
        """Adds what the transfer manager does not let through to the requests themselves."""
        if self.bucket_key_enabled is None:
            return

        def add(params: dict[str, Any], **_: Any) -> None:
            params["BucketKeyEnabled"] = self.bucket_key_enabled

        for operation in ("PutObject", "CreateMultipartUpload"):
            client.meta.events.register(f"before-parameter-build.s3.{operation}", add)


def _sources(given: Any, key: str) -> dict[str, str]:
    """The file of each key."""
    if isinstance(given, str) and _is_json(given):
        try:
            given = read_json(given)
        except ValueError as error:
            raise TaskFailed(f"'from' is neither a file nor a list or map: {error}") from None
    if isinstance(given, str):
        return {f"{key}{_last(given)}" if key.endswith("/") else key: given}
    pairs = given.items() if isinstance(given, dict) else [(_last(str(u)), u) for u in given]
    found: dict[str, str] = {}
    for name, uri in pairs:
        place = f"{key.rstrip('/')}/{str(name).lstrip('/')}"
        if place in found:
            raise TaskFailed(f"Two files would become '{place}': name them with a map in 'from'")
        found[place] = str(uri)
    if not found:
        raise TaskFailed("There is nothing to upload: 'from' is empty")
    return found


def _is_json(text: str) -> bool:
    return text.strip()[:1] in ("[", "{")


def _last(uri: str) -> str:
    return unquote(PurePosixPath(uri.partition("?")[0]).name)


def _moment(given: datetime | None) -> datetime | None:
    """A moment that names no zone is one of UTC."""
    return given.replace(tzinfo=UTC) if given and given.tzinfo is None else given
