"""``aws.s3.Download`` and ``aws.s3.Downloads``: objects become files of internal storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.aws.s3.copying import Unchanged, at_its_target, dispose, moved_to
from flows.plugins.aws.s3.listing import S3Object, first, instant, note
from flows.plugins.aws.s3.options import (
    Action,
    Checked,
    Disposed,
    Filter,
    InBucket,
    Limited,
    Listed,
    Owned,
)
from flows.plugins.aws.s3.taking import Taken, take
from flows.plugins.aws.session import s3_client


class Download(InBucket, Owned, Limited, Checked, RunnableTask):
    """Puts one object of S3 into internal storage, or the objects that a pattern matches.

    With `key` alone it is that object, and `uri` its file. With `prefix`, `delimiter` or `regexp`
    it is each object that they match, up to `maxFiles`, and `files` has an entry for each key.
    """

    type_name: ClassVar[str] = "aws.s3.Download"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uri": "The file in internal storage.",
        "contentLength": "Its size in bytes.",
        "contentType": "The media type that the object is stored with.",
        "metadata": "The metadata that the object is stored with.",
        "eTag": "The entity tag of the object.",
        "versionId": "The version that was taken, if the bucket keeps versions.",
        "checksumAlgorithm": "The algorithm of the checksum that the service keeps.",
        "checksumValue": "The checksum that the service keeps, as base64.",
        "files": "The same facts by key, if several objects were asked for.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Take one object",
            """id: take_an_object
namespace: company.team
tasks:
  - id: download
    type: aws.s3.Download
    bucket: raw-events
    key: incoming/orders.csv
""",
        ),
        (
            "Take all reports of a folder",
            """id: take_reports
namespace: company.team
tasks:
  - id: download
    type: aws.s3.Download
    bucket: raw-events
    prefix: reports/
    regexp: .*\\.csv
    maxFiles: 100
    validateChecksum: true
""",
        ),
    )

    key: Dyn[Text | None] = None
    version_id: Dyn[Text | None] = None
    prefix: Dyn[Text | None] = None
    delimiter: Dyn[Text | None] = None
    marker: Dyn[Text | None] = None
    max_keys: Dyn[int] = Field(default=1000, ge=1)
    regexp: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        several = self.prefix or self.delimiter or self.regexp
        if not several and not self.key:
            raise TaskFailed("Set 'key' for one object, or 'prefix', 'delimiter' or 'regexp'")
        with s3_client(ctx, self) as client:
            if several:
                return self._several(ctx, client)
            return self._take(ctx, client, self.key or "").describe()

    def _several(self, ctx: RunContext, client: Any) -> Outputs:
        found = first(ctx, client, self._listed(), most=self.max_files)
        if not found:
            ctx.log.warning(f"No object of the bucket '{self.bucket}' matches")
        return {"files": {one.key: self._take(ctx, client, one.key).describe() for one in found}}

    def _take(self, ctx: RunContext, client: Any, key: str) -> Taken:
        about = {**self.payer(), **self.owner()}
        about |= {"VersionId": self.version_id} if self.version_id else {}
        taken = take(
            ctx, client, bucket=self.bucket, key=key, about=about, validate=self.validate_checksum
        )
        ctx.metric("file.size", taken.size)
        note(ctx, "input", self.bucket, key, bytes=taken.size)
        return taken

    def _listed(self) -> Listed:
        return Listed(
            bucket=self.bucket,
            request_payer=self.request_payer,
            expected_bucket_owner=self.expected_bucket_owner,
            prefix=self.prefix,
            delimiter=self.delimiter,
            marker=self.marker,
            max_keys=self.max_keys,
            regexp=self.regexp,
            filter=Filter.FILES,
        )


class Downloads(Listed, Limited, Disposed, Checked, RunnableTask):
    """Puts the objects of a bucket that match into internal storage, and moves or deletes them.

    Objects are taken away only when all are stored; one that was overwritten meanwhile stays.
    Keys that end with a slash stand for folders and are left alone.
    """

    type_name: ClassVar[str] = "aws.s3.Downloads"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "objects": "Each object, with `uri`, `key`, `etag`, `size`, `lastModified`, `owner`, "
        "`checksumAlgorithm`, `checksumValue`.",
        "outputFiles": "The URI in internal storage by key.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Take all objects of a folder and put them away",
            """id: take_all
namespace: company.team
tasks:
  - id: downloads
    type: aws.s3.Downloads
    bucket: raw-events
    prefix: incoming/
    filter: FILES
    action: MOVE
    moveTo:
      key: done/
""",
        ),
    )

    def run(self, ctx: RunContext) -> Outputs:
        if self.action is Action.MOVE:
            moved_to(self.bucket, "", self)
        with s3_client(ctx, self) as client:
            # An attempt before this one may have taken objects away already.
            shown = ctx.remembered.get("objects")
            if shown is None:
                found = first(ctx, client, self, most=self.max_files)
                shown = [self._taken(ctx, client, one) for one in found if self._wanted(one)]
                if self.action is not Action.NONE:
                    ctx.remember({"objects": shown})
            for one in shown:
                dispose(ctx, client, self._unchanged(one), self)
        ctx.metric("files.count", len(shown))
        ctx.metric("files.size.total", sum(one["size"] for one in shown))
        for one in shown:
            note(ctx, "input", self.bucket, one["key"], bytes=one["size"])
        return {"objects": shown, "outputFiles": {one["key"]: one["uri"] for one in shown}}

    def _taken(self, ctx: RunContext, client: Any, found: S3Object) -> dict[str, Any]:
        taken = take(
            ctx,
            client,
            bucket=self.bucket,
            key=found.key,
            about=self.about(),
            validate=self.validate_checksum,
        )
        return shown_as(found, taken)

    def _wanted(self, found: S3Object) -> bool:
        return not found.is_folder and not at_its_target(found.bucket, found.key, self)

    def _unchanged(self, shown: Mapping[str, Any]) -> Unchanged:
        return Unchanged(self.bucket, shown["key"], shown["etag"], self.about())


def shown_as(found: S3Object, taken: Taken) -> dict[str, Any]:
    """An object of a listing that was taken, as outputs show it: as it was when it was taken."""
    checksum = taken.checksum
    return found.describe(
        uri=taken.uri,
        etag=taken.etag,
        size=taken.size,
        lastModified=instant(taken.modified),
        checksumAlgorithm=checksum.algorithm if checksum else found.algorithm,
        checksumValue=checksum.value if checksum else None,
    )
