"""The worker's channel over HTTP: the same questions as beside the database, asked of the server.

A question is asked again while the server cannot be reached, for as long as a lease can last; after
that the attempt belongs to somebody else. Files go to signed addresses: they are kept in a
temporary file on the way, so that a broken transfer can begin anew and memory stays bounded.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast
from uuid import UUID, uuid5

from executions.remote.link import FIRST_PAUSE, LONGEST_PAUSE, Link, Refused, Unreachable
from executions.worker import result_wire, wire
from executions.worker.channel import LeaseLost
from executions.worker.work import AttemptKey, AttemptResult, LogRecord

OVER: Final = frozenset(
    {"worker.lease_over", "worker.not_held", "worker.session_over", "worker.token"}
)
LINES_AT_ONCE: Final = 2_000
BYTES_AT_ONCE: Final = 4 * 1024 * 1024


class HttpChannel:
    """``WorkerChannel`` of a worker without a database. ``lease`` tells how long a lease lasts."""

    def __init__(
        self,
        link: Link,
        *,
        finished: Callable[[AttemptResult], None],
        lease: Callable[[], timedelta],
        scratch: Path | None = None,
    ) -> None:
        self._link, self._finished, self._lease, self._scratch = link, finished, lease, scratch
        self._owners: dict[tuple[UUID, UUID, int, int], AttemptKey] = {}

    def outputs(self, key: AttemptKey, task_ids: Iterable[str]) -> Mapping[str, Any]:
        """Outputs of the named tasks of the execution, as expressions see them."""
        return cast(Mapping[str, Any], self._ask(key, "outputs", tasks=list(task_ids)))

    def secret(self, key: AttemptKey, name: str, namespace: str | None) -> str:
        """A secret of the execution's namespace (nearest ancestor wins); ``KeyError`` if none."""
        return str(self._ask(key, "secret", name=name, namespace=namespace))

    def kv(self, key: AttemptKey, namespace: str | None, name: str) -> Any:
        """A stored value; ``KeyError`` if there is none."""
        return self._ask(key, "kv", name=name, namespace=namespace)

    def read(self, key: AttemptKey, uri: str) -> BinaryIO:
        """A file of internal storage or, for a relative path, a namespace file."""
        try:
            grant = self._ask(key, "read", uri=uri)
            return self._fetched(grant["address"])
        except KeyError:
            raise FileNotFoundError(uri) from None

    def save(self, key: AttemptKey, name: str, content: BinaryIO) -> str:
        """Puts a file below the attempt's folder of internal storage; returns its URI."""
        return self._sent(key, "save", name, content)

    def kept(self, key: AttemptKey, name: str, ttl: timedelta | None) -> BinaryIO | None:
        """A file that an earlier attempt of this flow has kept, unless it is older than ``ttl``."""
        seconds = None if ttl is None else ttl.total_seconds()
        try:
            grant = self._ask(key, "kept", name=name, ttl=seconds)
            return None if grant is None else self._fetched(grant["address"])
        except KeyError:
            return None

    def keep(self, key: AttemptKey, name: str, content: BinaryIO) -> None:
        """Keeps a file for later attempts of this flow, over an older one of that name."""
        self._sent(key, "keep", name, content)

    def namespace_files(
        self, key: AttemptKey, namespace: str, include: Sequence[str], exclude: Sequence[str]
    ) -> Mapping[str, str]:
        """Namespace files that match, as path → URI."""
        globs = {"include": list(include), "exclude": list(exclude)}
        found = self._ask(key, "namespace_files", namespace=namespace, **globs)
        return cast(Mapping[str, str], found)

    def request(self, key: AttemptKey, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Any other question of a task; answered as data."""
        return self._ask(key, "request", operation=operation, arguments=arguments)

    def remember(self, key: AttemptKey, state: Mapping[str, Any]) -> None:
        """Stores what the next attempt of this task run must know."""
        self._ask(key, "remember", state=state)

    def trail(
        self,
        key: AttemptKey,
        *,
        kill: Mapping[str, Any] | None = None,
        remote: Mapping[str, Any] | None = None,
    ) -> None:
        """Keeps a step of ending the attempt, or of its job in another system."""
        self._ask(key, "trail", kill=kill, remote=remote)

    def log(self, records: Sequence[LogRecord]) -> None:
        """Stores a batch of log lines; blocks while the platform cannot take them."""
        by_attempt: dict[AttemptKey, list[LogRecord]] = defaultdict(list)
        for record in records:
            by_attempt[self._owner(record)].append(record)
        for key, lines in by_attempt.items():
            for part in _parts(lines):
                body = {"attempt": wire.key_to_wire(key), "lines": result_wire.lines_to_wire(part)}
                self._patiently("logs", body)

    def complete(self, result: AttemptResult) -> None:
        """Hands over the result; returns once it is on its way to be written."""
        self._finished(result)

    def enter(self, key: AttemptKey) -> None:
        """From now on lines of task runs inside this attempt are its own."""
        self._owners[_family(key)] = key

    def leave(self, key: AttemptKey) -> None:
        """Forgets it."""
        self._owners.pop(_family(key), None)

    def _owner(self, record: LogRecord) -> AttemptKey:
        """The attempt that a line belongs to: tasks inside a directory write under their own ids."""
        key = record.key
        if _family(key) in self._owners:
            return key
        for known in tuple(self._owners.values()):
            inside = uuid5(known.task_run_id, record.task_id) == key.task_run_id
            if inside and known.execution_id == key.execution_id:
                return known
        return key

    def _ask(self, key: AttemptKey, question: str, **arguments: Any) -> Any:
        body = {
            "attempt": wire.key_to_wire(key),
            "question": question,
            "arguments": wire.packed(arguments),
        }
        try:
            return wire.unpacked(self._patiently("questions", body)["answer"])
        except Refused as refusal:
            if refusal.code == "worker.nothing_there":
                raise KeyError(arguments.get("name") or arguments.get("uri")) from None
            raise ValueError(refusal.message) from None

    def _patiently(self, path: str, body: Mapping[str, Any]) -> Any:
        try:
            return self._link.ask_patiently(path, body, seconds=self._lease().total_seconds())
        except Unreachable:
            raise LeaseLost from None
        except Refused as refusal:
            if refusal.code in OVER or refusal.status == 401:
                raise LeaseLost from None
            raise

    def _fetched(self, address: str) -> BinaryIO:
        into = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115  whoever reads closes it
        try:
            self._again(lambda: self._link.fetch(address, into))
        except BaseException:
            into.close()
            raise
        return cast(BinaryIO, into)

    def _sent(self, key: AttemptKey, question: str, name: str, content: BinaryIO) -> str:
        address = self._ask(key, question, name=name)["address"]
        with _seekable(content, self._scratch) as (file, begin, size):

            def send() -> str:
                file.seek(begin)
                return self._link.put(address, cast(BinaryIO, file), size)

            return str(self._again(send))

    def _again(self, transfer: Callable[[], Any]) -> Any:
        until, pause = time.monotonic() + self._lease().total_seconds(), FIRST_PAUSE
        while True:
            try:
                return transfer()
            except Unreachable:
                if time.monotonic() + pause > until:
                    raise LeaseLost from None
            except Refused as refusal:
                if refusal.code in OVER:
                    raise LeaseLost from None
                if refusal.status == 404:
                    raise KeyError(refusal.message) from None
                raise OSError(refusal.message) from None
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


class _seekable:  # noqa: N801  reads like the function that it stands for
    """Content that can be sent twice, with where it begins and how long it is."""

    def __init__(self, content: BinaryIO, scratch: Path | None) -> None:
        self._content, self._scratch = content, scratch
        self._spool: IO[bytes] | None = None

    def __enter__(self) -> tuple[IO[bytes], int, int]:
        file: IO[bytes] = self._content
        if not file.seekable():
            file = self._spool = tempfile.TemporaryFile(dir=self._scratch)
            while chunk := self._content.read(1024 * 1024):
                file.write(chunk)
            file.seek(0)
        begin = file.tell()
        size = file.seek(0, io.SEEK_END) - begin
        return file, begin, size

    def __exit__(self, *_: object) -> None:
        if self._spool is not None:
            self._spool.close()


def _family(key: AttemptKey) -> tuple[UUID, UUID, int, int]:
    return (key.execution_id, key.task_run_id, key.number, key.epoch)


def _parts(lines: Sequence[LogRecord]) -> Iterable[Sequence[LogRecord]]:
    """Batches that the server takes."""
    part: list[LogRecord] = []
    size = 0
    for line in lines:
        if part and (len(part) >= LINES_AT_ONCE or size > BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        message = line.message[: result_wire.LONGEST_LINE]
        part.append(line if message == line.message else replace(line, message=message))
        size += len(message) * 4
    if part:
        yield part
