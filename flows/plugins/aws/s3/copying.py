"""``aws.s3.Copy``, and how objects are moved or deleted once they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.aws.connection import AwsConnection
from flows.plugins.aws.s3.listing import note, uri_of
from flows.plugins.aws.s3.options import Action, Disposed, Place
from flows.plugins.aws.s3.transfers import Answers, transferring
from flows.plugins.aws.session import s3_client

_FIVE_GIB: Final = 5 * 1024**3
"""The largest object that the service copies with one request."""


class Source(Place):
    """The object that is copied."""

    bucket: Dyn[Text]
    key: Dyn[Text]
    version_id: Dyn[Text | None] = None


class Copy(AwsConnection, RunnableTask):
    """Copies an object of S3 inside the service, of any size; with `delete`, moves it.

    What `to` leaves out is as in `from`.
    """

    type_name: ClassVar[str] = "aws.s3.Copy"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "bucket": "The bucket of the copy.",
        "key": "The key of the copy.",
        "eTag": "The entity tag of the copy.",
        "versionId": "The version of the copy, if the bucket keeps versions.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Put an object into the archive",
            """id: into_the_archive
namespace: company.team
tasks:
  - id: copy
    type: aws.s3.Copy
    from:
      bucket: raw-events
      key: incoming/orders.csv
    to:
      bucket: archive
      key: orders/{{ execution.startDate | date("yyyy-MM-dd") }}.csv
    delete: true
""",
        ),
    )

    from_: Source = Field(alias="from")
    to: Place | None = None
    delete: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        source, target = self.from_, self.to or Place()
        bucket, key = target.bucket or source.bucket, target.key or source.key
        same = (bucket, key) == (source.bucket, source.key)
        if same and self.delete:
            raise TaskFailed(f"'to' is '{uri_of(bucket, key)}' itself, which 'delete' would remove")
        with s3_client(ctx, self) as client:
            done = ctx.remembered.get("copied")
            if done is None:
                answers = Answers(client)
                copy(ctx, client, source, bucket, key, target.arguments())
                done = answers.of(bucket, key)
                if self.delete:
                    # An attempt after this one must not look for what we remove now.
                    ctx.remember({"copied": done})
            if self.delete:
                client.delete_object(Bucket=source.bucket, Key=source.key)
        note(ctx, "input", source.bucket, source.key)
        note(ctx, "output", bucket, key, upstream=[uri_of(source.bucket, source.key)])
        return {"bucket": bucket, "key": key, **done}


def copy(
    ctx: RunContext,
    client: Any,
    source: Source,
    bucket: str,
    key: str,
    arguments: Mapping[str, Any],
) -> None:
    """Copies an object inside the service."""
    where = {"Bucket": source.bucket, "Key": source.key}
    where |= {"VersionId": source.version_id} if source.version_id else {}
    with transferring(ctx, client, threshold=_FIVE_GIB) as manager:
        manager.copy(where, bucket, key, dict(arguments)).result()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An object as it was when it was taken: only that is taken away."""

    bucket: str
    key: str
    etag: str
    about: Mapping[str, Any]
    """What every request says of it."""


def dispose(ctx: RunContext, client: Any, taken: Unchanged, how: Disposed) -> bool:
    """Moves or deletes an object that was taken, unless somebody changed it since.

    One that is gone already is no error. Returns whether the object was still there.
    """
    if how.action is Action.NONE or at_its_target(taken.bucket, taken.key, how):
        return False
    if not _as_it_was(client, taken):
        return False
    if how.action is Action.MOVE:
        bucket, key = moved_to(taken.bucket, taken.key, how)
        arguments = (how.move_to or Place()).arguments()
        arguments |= {"CopySourceIfMatch": f'"{taken.etag}"'} if taken.etag else {}
        arguments |= {n: taken.about[n] for n in ("RequestPayer",) if n in taken.about}
        copy(ctx, client, Source(bucket=taken.bucket, key=taken.key), bucket, key, arguments)
    client.delete_object(Bucket=taken.bucket, Key=taken.key, **taken.about)
    return True


def moved_to(bucket: str, key: str, how: Disposed) -> tuple[str, str]:
    """Where an object goes: below the folder, under the last part of its key."""
    if how.move_to is None or not how.move_to.key:
        raise TaskFailed("'moveTo' with a 'key' must be set when the action is MOVE")
    name = key.rstrip("/").rpartition("/")[2]
    return how.move_to.bucket or bucket, f"{how.move_to.key.strip('/')}/{name}".lstrip("/")


def at_its_target(bucket: str, key: str, how: Disposed) -> bool:
    """Whether an object is where it would be moved to: it has been taken before."""
    return how.action is Action.MOVE and moved_to(bucket, key, how) == (bucket, key)


def _as_it_was(client: Any, taken: Unchanged) -> bool:
    try:
        head = client.head_object(Bucket=taken.bucket, Key=taken.key, **taken.about)
    except client.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return not taken.etag or head.get("ETag", "").strip('"') == taken.etag
