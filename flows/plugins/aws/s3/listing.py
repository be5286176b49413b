"""Lists the objects of a bucket, page by page, and describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, Literal

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws.s3.options import Filter, Listed

Direction = Literal["input", "output"]
_MOST_KEYS: Final = 1000


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object as a listing tells it."""

    bucket: str
    key: str
    etag: str
    size: int
    modified: datetime
    owner: dict[str, str] | None
    algorithm: str | None

    @property
    def uri(self) -> str:
        """The object's name anywhere."""
        return uri_of(self.bucket, self.key)

    @property
    def version(self) -> str:
        """What changes when the content does."""
        return self.etag or instant(self.modified)

    @property
    def is_folder(self) -> bool:
        return self.key.endswith("/")

    def describe(self, **more: Any) -> dict[str, Any]:
        """The object as outputs show it."""
        return {
            "key": self.key,
            "etag": self.etag,
            "size": self.size,
            "lastModified": instant(self.modified),
            "owner": self.owner,
            "checksumAlgorithm": self.algorithm,
            "checksumValue": None,
            **more,
        }


def uri_of(bucket: str, key: str) -> str:
    """The name of an object anywhere."""
    return f"s3://{bucket}/{key}"


def note(ctx: RunContext, direction: Direction, bucket: str, key: str, **facts: Any) -> None:
    """Records that an object was read or written."""
    ctx.asset(uri_of(bucket, key), direction=direction, type="aws.s3.Object", name=key, **facts)


def instant(moment: datetime) -> str:
    """A moment as outputs show it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def objects(client: Any, wanted: Listed) -> Iterator[S3Object]:
    """Every object that the properties mean, in the order of keys; a page is held at a time."""
    test = _compiled(wanted.regexp)
    for item in _items(client, wanted):
        found = _object(wanted.bucket, item)
        if _meant(found, wanted.filter) and (test is None or test.fullmatch(found.key)):
            yield found


def first(ctx: RunContext, client: Any, wanted: Listed, *, most: int) -> list[S3Object]:
    """The first objects of the listing; says so in the log when there are more."""
    found = list(islice(objects(client, wanted), most + 1))
    if len(found) > most:
        ctx.log.warning(f"More than {most} objects match; the first {most} are taken (maxFiles)")
    return found[:most]


def _items(client: Any, wanted: Listed) -> Iterator[dict[str, Any]]:
    asked = {
        "Bucket": wanted.bucket,
        "MaxKeys": min(wanted.max_keys, _MOST_KEYS),
        "FetchOwner": True,
        **wanted.about(),
    }
    asked |= {"Prefix": wanted.prefix} if wanted.prefix else {}
    asked |= {"Delimiter": wanted.delimiter} if wanted.delimiter else {}
    asked |= {"StartAfter": wanted.marker} if wanted.marker else {}
    for page in client.get_paginator("list_objects_v2").paginate(**asked):
        yield from page.get("Contents", ())


def _object(bucket: str, item: dict[str, Any]) -> S3Object:
    owner = item.get("Owner") or {}
    shown = {"id": owner.get("ID", ""), "displayName": owner.get("DisplayName", "")}
    return S3Object(
        bucket=bucket,
        key=item["Key"],
        etag=item.get("ETag", "").strip('"'),
        size=item["Size"],
        modified=item["LastModified"],
        owner=shown if owner else None,
        algorithm=next(iter(item.get("ChecksumAlgorithm", ())), None),
    )


def _meant(found: S3Object, by: Filter) -> bool:
    match by:
        case Filter.FILES:
            return not found.is_folder
        case Filter.DIRECTORY:
            return found.is_folder
        case Filter.BOTH:
            return True


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise TaskFailed(f"'regexp' is not a regular expression: {error}") from None
