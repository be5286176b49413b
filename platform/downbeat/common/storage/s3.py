"""Internal storage in a bucket of S3 or of a service that speaks its protocol."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit
from uuid import UUID

from downbeat.common.storage.paths import clean, uri_of
from downbeat.common.storage.port import FileInfo, Missing

if TYPE_CHECKING:
    from botocore.client import BaseClient

IN_MEMORY = 8 * 1024 * 1024
BATCH = 1000


@lru_cache(maxsize=4)
def _client(endpoint: str | None) -> BaseClient:
    # boto3 is large and an extra: only instances that use it load it.
    import boto3

    return boto3.client("s3", endpoint_url=endpoint)


class _Lent:
    """A file that can only be read: the library closes what it has sent, and it is not its own."""

    def __init__(self, content: BinaryIO) -> None:
        self.read = content.read


class S3Storage:
    """Objects `prefix/<two letters>/<tenant>/path` of one bucket."""

    def __init__(self, client: BaseClient, *, bucket: str, prefix: str, tenant_id: UUID) -> None:
        name = tenant_id.hex
        self.client = client
        self.bucket = bucket
        self.base = "/".join(part for part in (prefix, name[-2:], name) if part)

    @classmethod
    def of(cls, url: str, *, endpoint: str | None, tenant_id: UUID) -> S3Storage:
        """The tenant's part of `s3://bucket/prefix`."""
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        return cls(_client(endpoint), bucket=parts.netloc, prefix=prefix, tenant_id=tenant_id)

    def put(self, path: str, content: bytes | BinaryIO) -> str:
        """An object appears whole; large ones travel in parts."""
        inside = clean(path)
        body = io.BytesIO(content) if isinstance(content, bytes) else content
        self.client.upload_fileobj(_Lent(body), self.bucket, self._key(inside))
        return uri_of(inside)

    def open(self, path: str) -> BinaryIO:
        """Small objects from memory, large ones as a stream."""
        info = self.info(path)
        body = self.client.get_object(Bucket=self.bucket, Key=self._key(info.path))["Body"]
        return io.BytesIO(body.read()) if info.size <= IN_MEMORY else cast(BinaryIO, body)

    def info(self, path: str) -> FileInfo:
        """The object's head."""
        inside = clean(path)
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=self._key(inside))
        except self.client.exceptions.ClientError as problem:
            if problem.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise Missing(path) from None
            raise
        return FileInfo(inside, head["ContentLength"], head["LastModified"])

    def size(self, path: str) -> int:
        """Bytes of an object."""
        return self.info(path).size

    def exists(self, path: str) -> bool:
        """Whether the object is there."""
        try:
            self.info(path)
        except Missing:
            return False
        return True

    def delete(self, path: str) -> bool:
        """Removes it."""
        if not self.exists(path):
            return False
        self.client.delete_object(Bucket=self.bucket, Key=self._key(clean(path)))
        return True

    def list(self, prefix: str) -> Iterator[FileInfo]:
        """Pages through the keys below a folder."""
        inside = clean(prefix)
        start = self._key(f"{inside}/" if inside else "")
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=start):
            for item in page.get("Contents", ()):
                path = item["Key"].removeprefix(f"{self.base}/")
                yield FileInfo(path, item["Size"], item["LastModified"])

    def delete_prefix(self, prefix: str) -> int:
        """Removes the keys below a folder, a thousand a call."""
        keys = [{"Key": self._key(info.path)} for info in self.list(prefix)]
        for start in range(0, len(keys), BATCH):
            batch = {"Objects": keys[start : start + BATCH], "Quiet": True}
            self.client.delete_objects(Bucket=self.bucket, Delete=batch)
        return len(keys)

    def _key(self, inside: str) -> str:
        return f"{self.base}/{inside}"
