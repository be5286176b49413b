"""What a running task sees of the world: nothing but this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

RemoteStage = Literal[
    "started", "resumed", "cancel_asked", "cancel_delivered", "cancel_confirmed", "cancel_failed"
]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Who is running: the identity of an attempt."""

    tenant: str
    namespace: str
    flow_id: str
    execution_id: str
    task_id: str
    task_run_id: str
    attempt: int
    fence: int
    value: str | None = None


class Log(Protocol):
    """The log of the task run; each line is shown live."""

    def trace(self, message: str) -> None: ...
    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...


class RunContext(Protocol):
    """The context of a task that runs in a process of its own.

    ``run.task_run_id`` is a stable key for effects outside (the same for every attempt) and
    ``run.fence`` a number that grows with every attempt.
    """

    run: RunInfo
    log: Log
    working_dir: Path
    environment: Mapping[str, str]
    local_folders: tuple[Path, ...]
    """The folders of the host that the operator allows this namespace."""

    def metric(
        self,
        name: str,
        value: float,
        *,
        kind: Literal["counter", "timer", "gauge"] = "counter",
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Records a number of this task run."""

    def asset(self, uri: str, *, direction: Literal["input", "output"], **facts: Any) -> None:
        """Records that the task read or wrote a named data thing."""

    def fetch(self, uri: str) -> Path:
        """A file of internal storage, as a local file in the working directory."""

    def save(self, source: Path | bytes | BinaryIO, *, name: str) -> str:
        """Puts a file into internal storage; returns its URI."""

    def local_path(self, path: str) -> Path:
        """A path of the host that the operator allows this namespace; refused otherwise."""

    def remember(self, state: Mapping[str, Any]) -> None:
        """Stores facts (a remote job's id) that the next attempt finds in ``remembered``."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """What an earlier attempt of this task run stored."""

    def remote(self, stage: RemoteStage, job: str) -> None:
        """Shows what became of a job of another system; ``job`` is its name for people."""

    def linger(self, grace: timedelta) -> None:
        """Asks for this much time to end by itself once it is killed; a minute at the most."""

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Asks the platform (kv, state, namespace files, executions …); the answer is data."""

    def expression(self, text: str) -> Callable[[Mapping[str, Any]], Any]:
        """An expression over records: compiled once, then judged for each record that is given.

        It sees the keys of the record over the names that a property of the kind
        ``RecordExpression`` names. Each judgement has a budget of its own; one that fails raises
        ``TaskFailed``. Secrets and the key-value store are out of its reach.
        """


class InlineContext(Protocol):
    """The context of a task that runs inside the settling transaction: quick and bounded."""

    run: RunInfo

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables of the execution as they stand."""

    def kv_get(self, namespace: str, key: str) -> Any:
        """A stored value; ``KeyError`` if there is none."""

    def kv_keys(self, namespace: str, prefix: str) -> list[str]:
        """The keys of a namespace that start with a prefix."""

    def state_get(self, key: str) -> Mapping[str, Any] | None:
        """A state of the flow's namespace as it stands; ``None`` if there is none."""
