"""Takes an object into internal storage: the version that was seen and no other, in bounded memory.

Small objects come with one request; large ones in parts, side by side. Both ask for the version
that was seen: one that is overwritten meanwhile is never taken half old and half new.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws.s3.checksums import Sum, stored_sum, verify
from flows.plugins.aws.s3.transfers import PART, transferring

_CHUNK: Final = 1 << 20
_TRIES: Final = 5
_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """An object that is in internal storage now."""

    uri: str
    etag: str
    size: int
    modified: datetime
    content_type: str | None
    metadata: Mapping[str, str]
    version_id: str | None
    checksum: Sum | None

    def describe(self) -> dict[str, Any]:
        """The file as outputs show it."""
        return {
            "uri": self.uri,
            "contentLength": self.size,
            "contentType": self.content_type,
            "metadata": dict(self.metadata),
            "eTag": self.etag,
            "versionId": self.version_id,
            "checksumAlgorithm": self.checksum.algorithm if self.checksum else None,
            "checksumValue": self.checksum.value if self.checksum else None,
        }


class Overwritten(TaskFailed):
    """The object changed while it was read."""


def take(
    ctx: RunContext,
    client: Any,
    *,
    bucket: str,
    key: str,
    about: Mapping[str, Any],
    validate: bool = False,
) -> Taken:
    """Puts an object into internal storage; if it changes on the way, its new version.

    ``about``: what every request says of the object (version, payer, owner of the bucket).
    ``validate``: the file is read again and compared with the checksum that the service keeps.
    """
    asked = {"Bucket": bucket, "Key": key, **about}
    for _ in range(_TRIES):
        try:
            return _took(ctx, client, asked, validate=validate)
        except Overwritten:
            ctx.log.info(f"s3://{bucket}/{key} was overwritten while it was read; again")
    raise Overwritten(f"s3://{bucket}/{key} was overwritten {_TRIES} times while it was read")


def _took(ctx: RunContext, client: Any, asked: Mapping[str, Any], *, validate: bool) -> Taken:
    head = _head(client, asked)
    folder = Path(tempfile.mkdtemp(dir=ctx.working_dir, prefix="object-"))
    try:
        path = folder / "content"
        _fetch(ctx, client, asked, head, path)
        checksum = stored_sum(head)
        if validate:
            shown = f"s3://{asked['Bucket']}/{asked['Key']}"
            sizes = partial(_part_size, client, asked)
            verify(ctx, path, checksum, head, shown=shown, part_size=sizes)
        return Taken(
            uri=ctx.save(path, name=_name(asked["Bucket"], asked["Key"])),
            etag=head.get("ETag", "").strip('"'),
            size=head["ContentLength"],
            modified=head["LastModified"],
            content_type=head.get("ContentType"),
            metadata=head.get("Metadata", {}),
            version_id=head.get("VersionId"),
            checksum=checksum,
        )
    finally:
        shutil.rmtree(folder)


def _part_size(client: Any, asked: Mapping[str, Any], number: int) -> int:
    return int(client.head_object(**asked, PartNumber=number)["ContentLength"])


def _head(client: Any, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts of the object; a refusal of ``HEAD`` has no words, so ``GET`` is asked for them."""
    try:
        return client.head_object(**asked, ChecksumMode="ENABLED")  # type: ignore[no-any-return]
    except client.exceptions.ClientError:
        client.get_object(**asked)["Body"].close()
        raise


def _fetch(
    ctx: RunContext, client: Any, asked: Mapping[str, Any], head: Mapping[str, Any], path: Path
) -> None:
    if head["ContentLength"] < PART:
        same = {"IfMatch": head["ETag"]} if head.get("ETag") else {}
        with (
            _one_version(client),
            client.get_object(**asked, **same)["Body"] as body,
            path.open("wb") as into,
        ):
            shutil.copyfileobj(body, into, _CHUNK)
        return
    more = {name: value for name, value in asked.items() if name not in ("Bucket", "Key")}
    with _one_version(client), transferring(ctx, client) as manager:
        manager.download(asked["Bucket"], asked["Key"], str(path), more, [_known(head)]).result()


@contextmanager
def _one_version(client: Any) -> Iterator[None]:
    """Tells the refusal to give another version from all other errors."""
    from s3transfer.exceptions import S3DownloadFailedError

    try:
        yield
    except S3DownloadFailedError as error:
        raise Overwritten(str(error)) from None
    except client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("PreconditionFailed", "412"):
            raise Overwritten(str(error)) from None
        raise


def _known(head: Mapping[str, Any]) -> Any:
    """Tells the transfer manager what it would ask for, and which version it must keep to."""
    from s3transfer.subscribers import BaseSubscriber

    class Known(BaseSubscriber):  # type: ignore[misc]
        def on_queued(self, future: Any, **_: Any) -> None:
            future.meta.provide_transfer_size(head["ContentLength"])
            future.meta.provide_object_etag(head.get("ETag"))

    return Known()


def _name(bucket: str, key: str) -> str:
    """A name in internal storage: the last part of the key, and a folder that is the key's alone."""
    last = re.sub(r"[^A-Za-z0-9._+=~-]", "_", key.rstrip("/").rpartition("/")[2])[-_NAME:]
    folder = blake2b(f"{bucket}/{key}".encode(), digest_size=6).hexdigest()
    return f"{folder}/{last.lstrip('.') or 'object'}"
