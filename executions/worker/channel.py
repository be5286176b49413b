"""The port between a worker and the platform; adapters live in ``executions.runtime``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, BinaryIO, Final, Protocol

from executions.worker.work import AttemptKey, AttemptResult, LogRecord

CONNECTION: Final = "connection.get"
"""The question for a connection: its answer has `secrets`, which the worker keeps to itself."""


class WorkerChannel(Protocol):
    """Everything a worker asks of the platform, or tells it.

    Every call is about one attempt under a lease; a call under a lease that is over raises
    ``LeaseLost``. All methods may be called from several threads.
    """

    def outputs(self, key: AttemptKey, task_ids: Iterable[str]) -> Mapping[str, Any]:
        """Outputs of the named tasks of the execution, as expressions see them."""

    def secret(self, key: AttemptKey, name: str, namespace: str | None) -> str:
        """A secret of the execution's namespace (nearest ancestor wins); ``KeyError`` if none."""

    def kv(self, key: AttemptKey, namespace: str | None, name: str) -> Any:
        """A stored value; ``KeyError`` if there is none."""

    def read(self, key: AttemptKey, uri: str) -> BinaryIO:
        """A file of internal storage or, for a relative path, a namespace file."""

    def save(self, key: AttemptKey, name: str, content: BinaryIO) -> str:
        """Puts a file below the attempt's folder of internal storage; returns its URI."""

    def kept(self, key: AttemptKey, name: str, ttl: timedelta | None) -> BinaryIO | None:
        """A file that an earlier attempt of this flow has kept, unless it is older than ``ttl``."""

    def keep(self, key: AttemptKey, name: str, content: BinaryIO) -> None:
        """Keeps a file for later attempts of this flow, over an older one of that name."""

    def namespace_files(
        self,
        key: AttemptKey,
        namespace: str,
        include: Sequence[str],
        exclude: Sequence[str],
    ) -> Mapping[str, str]:
        """Namespace files that match, as path → URI."""

    def request(self, key: AttemptKey, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Any other question of a task; answered as data, refused with a message.

        Operations that this package itself asks for: ``kv.set``, ``kv.delete``, ``kv.keys``,
        ``file.uri {path}``, ``file.size {uri}``, ``file.exists {uri}``, ``execution.error_logs``,
        ``task.recall {digest, ttl}``, ``task.keep {digest, ttl, outputs}``,
        ``text.encrypt {key, text}``, ``text.decrypt {key, text}``, and for tasks
        ``secret.seal {text}`` (the map that stands for an encrypted text in outputs), which
        ``secret.open {token}`` gives back; ``secret.keep {text}`` (the same for what travels to
        the engine alone), ``connection.get {type, name}`` (name, namespace, values and the texts
        in them to be hidden, or nothing).
        """

    def remember(self, key: AttemptKey, state: Mapping[str, Any]) -> None:
        """Stores what the next attempt of this task run must know."""

    def trail(
        self,
        key: AttemptKey,
        *,
        kill: Mapping[str, Any] | None = None,
        remote: Mapping[str, Any] | None = None,
    ) -> None:
        """Keeps, where people see it, a step of ending the attempt or of its job elsewhere.

        ``kill`` adds to what is known of the kill; ``remote`` is one more entry.
        """

    def log(self, records: Sequence[LogRecord]) -> None:
        """Stores a batch of log lines; blocks while the platform cannot take them."""

    def complete(self, result: AttemptResult) -> None:
        """Hands over the result; returns once it is on its way to be written."""


class LeaseLost(Exception):
    """The attempt belongs to another worker now, or was killed; nothing more may be written."""


class Control(Protocol):
    """How the supervising thread learns that an attempt must stop."""

    def killed(self) -> bool:
        """Whether the attempt was asked to stop, or its lease is lost."""

    @property
    def lost(self) -> bool:
        """Whether the lease is over: somebody else has the attempt, or will have it."""

    def on_kill(self, fd: int) -> None:
        """Writes eight bytes to ``fd`` (an eventfd) when the attempt is to stop; at once if it is
        already. The descriptor stays open after the attempt, so a late call does no harm."""
