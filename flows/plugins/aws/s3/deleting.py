"""``aws.s3.Delete`` and ``aws.s3.DeleteList``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, ClassVar, Final

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.aws.s3.listing import S3Object, objects
from flows.plugins.aws.s3.options import InBucket, Listed
from flows.plugins.aws.session import s3_client

_BATCH: Final = 1000
"""As many keys as one request may name."""


class Delete(InBucket, RunnableTask):
    """Deletes an object of S3; one that is not there is no error.

    A bucket that keeps versions gets a delete marker, and the content stays.
    """

    type_name: ClassVar[str] = "aws.s3.Delete"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "versionId": "The version of the delete marker, if the bucket keeps versions.",
        "deleteMarker": "Whether a delete marker stands for the object now.",
        "requestCharged": "Who pays for the request, if the caller does.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Delete an object",
            """id: delete_an_object
namespace: company.team
tasks:
  - id: delete
    type: aws.s3.Delete
    bucket: raw-events
    key: incoming/orders.csv
""",
        ),
    )

    key: Dyn[Text]
    bypass_governance_retention: Dyn[bool | None] = None
    mfa: Dyn[Text | None] = None
    """Serial number and code of the device, if the bucket asks for it."""

    def run(self, ctx: RunContext) -> Outputs:
        asked: dict[str, Any] = {"Bucket": self.bucket, "Key": self.key, **self.payer()}
        asked |= {"MFA": self.mfa} if self.mfa else {}
        if self.bypass_governance_retention is not None:
            asked["BypassGovernanceRetention"] = self.bypass_governance_retention
        with s3_client(ctx, self) as client:
            answer = client.delete_object(**asked)
        return {
            "versionId": answer.get("VersionId"),
            "deleteMarker": bool(answer.get("DeleteMarker", False)),
            "requestCharged": answer.get("RequestCharged"),
        }


class DeleteList(Listed, RunnableTask):
    """Deletes every object of a bucket that matches, a thousand with each request.

    `concurrent` requests are on their way at once. Without `prefix` and `regexp` the whole bucket
    is emptied.
    """

    type_name: ClassVar[str] = "aws.s3.DeleteList"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "count": "How many objects were deleted.",
        "size": "How many bytes they had.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Empty a folder",
            """id: empty_a_folder
namespace: company.team
tasks:
  - id: delete
    type: aws.s3.DeleteList
    bucket: raw-events
    prefix: temporary/
    errorOnEmpty: true
""",
        ),
    )

    concurrent: Dyn[int | None] = Field(default=None, ge=2)
    error_on_empty: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        count = size = 0
        with s3_client(ctx, self) as client:
            for number, length in self._deleted(client):
                count, size = count + number, size + length
        ctx.metric("s3.objects.deleted.count", count)
        ctx.metric("s3.objects.deleted.size", size)
        if not count and self.error_on_empty:
            raise TaskFailed(
                f"No object of the bucket '{self.bucket}' matches "
                f"(prefix '{self.prefix or ''}', regexp '{self.regexp or ''}')"
            )
        ctx.log.info(f"Deleted {count} objects of {size} bytes")
        return {"count": count, "size": size}

    def _deleted(self, client: Any) -> Iterator[tuple[int, int]]:
        """Number and bytes of each batch, as it is done; few batches are known at a time."""
        found = objects(client, self)
        with ThreadPoolExecutor(self.concurrent or 1) as pool:
            running: deque[Future[tuple[int, int]]] = deque()
            while batch := list(islice(found, _BATCH)):
                running.append(pool.submit(self._delete, client, batch))
                if len(running) > (self.concurrent or 1):
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()

    def _delete(self, client: Any, batch: list[S3Object]) -> tuple[int, int]:
        if self.compatibility_mode:
            for one in batch:
                client.delete_object(Bucket=self.bucket, Key=one.key, **self.about())
            return len(batch), sum(one.size for one in batch)
        keys = {"Objects": [{"Key": one.key} for one in batch], "Quiet": True}
        answer = client.delete_objects(Bucket=self.bucket, Delete=keys, **self.about())
        refused = answer.get("Errors", ())
        if refused:
            worst = refused[0]
            raise TaskFailed(
                f"S3: {len(refused)} of {len(batch)} objects were not deleted; the first is "
                f"'{worst.get('Key')}': {worst.get('Message')} ({worst.get('Code')})"
            )
        return len(batch), sum(one.size for one in batch)
