"""Moves bytes in parts and in parallel, a few parts in memory at a time, and can be stopped.

A stop in the middle of an upload takes back the parts that are at the service already: nobody
would see them there, and everybody would pay for them.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed

PART: Final = 8 * 1024 * 1024
"""Larger objects travel in parts of this size."""
_WAITING: Final = 100
"""So many pieces of 256 KB may wait for a disk that is slower than the service."""
_GRACE: Final = timedelta(seconds=10)


class Stopped(TaskFailed):
    """The task was told to end while something was on its way."""


@contextmanager
def transferring(ctx: RunContext, client: Any, *, threshold: int = PART) -> Iterator[Any]:
    """A transfer manager; objects of at least ``threshold`` bytes travel in parts."""
    from s3transfer.manager import TransferConfig, TransferManager

    config = TransferConfig(
        multipart_threshold=threshold,
        multipart_chunksize=PART,
        max_io_queue_size=_WAITING,
    )
    with _stoppable(ctx), TransferManager(client, config) as manager:
        yield manager


@contextmanager
def _stoppable(ctx: RunContext) -> Iterator[None]:
    """Lets the signal to end interrupt the wait, so that what was begun is taken back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ctx.log.info("Told to end: what is on its way is taken back")
        raise Stopped("Stopped while objects were on their way")

    ctx.linger(_GRACE)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Answers:
    """What the service said of each object that was written: its version and its mark.

    The transfer manager keeps that to itself; the client tells whoever listens.
    """

    _WRITES: Final = ("PutObject", "CopyObject", "CompleteMultipartUpload")

    def __init__(self, client: Any) -> None:
        self._found: dict[tuple[str, str], dict[str, Any]] = {}
        for operation in self._WRITES:
            client.meta.events.register(f"before-parameter-build.s3.{operation}", self._note)
            client.meta.events.register(f"after-call.s3.{operation}", self._hear)

    def of(self, bucket: str, key: str) -> dict[str, Any]:
        """``eTag`` and ``versionId`` of an object."""
        found = self._found.get((bucket, key), {})
        tag = (found.get("CopyObjectResult") or found).get("ETag")
        return {"eTag": tag.strip('"') if tag else None, "versionId": found.get("VersionId")}

    @staticmethod
    def _note(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["downbeat"] = (params["Bucket"], params["Key"])

    def _hear(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if "downbeat" in context:
            self._found[context["downbeat"]] = parsed
