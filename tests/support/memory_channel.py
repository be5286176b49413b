"""A platform in memory: what a worker is told and tells, without a database."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatch
from typing import Any, BinaryIO

from executions.worker.channel import CONNECTION, LeaseLost
from executions.worker.work import AttemptKey, AttemptResult, LogRecord


@dataclass
class MemoryChannel:
    """``WorkerChannel`` over plain dictionaries."""

    secrets: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    earlier_outputs: dict[str, Any] = field(default_factory=dict)
    cache: dict[str, bytes] = field(default_factory=dict)
    lines: list[LogRecord] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    results: list[AttemptResult] = field(default_factory=list)
    remembered: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=lambda: {CONNECTION: None})
    lease_lost: bool = False
    kill: dict[str, Any] = field(default_factory=dict)
    remote: list[Mapping[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def outputs(self, key: AttemptKey, task_ids: Iterable[str]) -> Mapping[str, Any]:
        self._check()
        return {
            task: self.earlier_outputs[task] for task in task_ids if task in self.earlier_outputs
        }

    def secret(self, key: AttemptKey, name: str, namespace: str | None) -> str:
        self._check()
        return self.secrets[name.upper()]

    def kv(self, key: AttemptKey, namespace: str | None, name: str) -> Any:
        self._check()
        return self.pairs[name]

    def read(self, key: AttemptKey, uri: str) -> BinaryIO:
        self._check()
        if uri not in self.files:
            raise FileNotFoundError(uri)
        return io.BytesIO(self.files[uri])

    def save(self, key: AttemptKey, name: str, content: BinaryIO) -> str:
        self._check()
        uri = f"downbeat:///x/{key.task_run_id}/{name}"
        self.files[uri] = content.read()
        return uri

    def kept(self, key: AttemptKey, name: str, ttl: timedelta | None) -> BinaryIO | None:
        self._check()
        return io.BytesIO(self.cache[name]) if name in self.cache else None

    def keep(self, key: AttemptKey, name: str, content: BinaryIO) -> None:
        self._check()
        self.cache[name] = content.read()

    def namespace_files(
        self, key: AttemptKey, namespace: str, include: Sequence[str], exclude: Sequence[str]
    ) -> Mapping[str, str]:
        self._check()
        prefix = f"downbeat:///{namespace}/_files/"
        names = [uri.removeprefix(prefix) for uri in self.files if uri.startswith(prefix)]
        return {
            name: prefix + name
            for name in names
            if (not include or any(fnmatch(name, glob) for glob in include))
            and not any(fnmatch(name, glob) for glob in exclude)
        }

    def request(self, key: AttemptKey, operation: str, arguments: Mapping[str, Any]) -> Any:
        self._check()
        self.requests.append((operation, dict(arguments)))
        return self.answers.get(operation, {"asked": operation})

    def remember(self, key: AttemptKey, state: Mapping[str, Any]) -> None:
        self._check()
        self.remembered = dict(state)

    def trail(
        self,
        key: AttemptKey,
        *,
        kill: Mapping[str, Any] | None = None,
        remote: Mapping[str, Any] | None = None,
    ) -> None:
        self._check()
        self.kill |= kill or {}
        if remote is not None:
            self.remote.append(remote)

    def log(self, records: Sequence[LogRecord]) -> None:
        self._check()
        with self._lock:
            self.lines += records
            self.batches.append(len(records))

    def complete(self, result: AttemptResult) -> None:
        self.results.append(result)

    def messages(self, level: str | None = None) -> list[str]:
        """The texts of the log, of one level if it is named."""
        return [line.message for line in self.lines if level in (None, line.level)]

    def text(self) -> str:
        """The whole log."""
        return "\n".join(self.messages())

    def _check(self) -> None:
        if self.lease_lost:
            raise LeaseLost
