"""The context of one task in memory: a task type is run as it stands, without a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from downbeat.sdk.context import Log, RunInfo
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.task import RunnableTask
from executions.worker.child.expressions import over_records

RUN = RunInfo(
    tenant="main",
    namespace="company.team",
    flow_id="flow",
    execution_id="execution",
    task_id="task",
    task_run_id="run",
    attempt=1,
    fence=1,
)


@dataclass
class MemoryLog:
    """Puts lines with their levels on a list."""

    lines: list[tuple[str, str]]

    def trace(self, message: str) -> None:
        self.lines.append(("TRACE", message))

    def debug(self, message: str) -> None:
        self.lines.append(("DEBUG", message))

    def info(self, message: str) -> None:
        self.lines.append(("INFO", message))

    def warning(self, message: str) -> None:
        self.lines.append(("WARN", message))

    def error(self, message: str) -> None:
        self.lines.append(("ERROR", message))


@dataclass
class MemoryContext:
    """``RunContext`` over a folder and plain dictionaries; what is asked of the platform is kept."""

    working_dir: Path
    files: dict[str, bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    run: RunInfo = RUN
    lines: list[tuple[str, str]] = field(default_factory=list)
    log: Log = field(init=False)
    local_folders: tuple[Path, ...] = ()
    remembered: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = MemoryLog(self.lines)

    def metric(
        self,
        name: str,
        value: float,
        *,
        kind: Literal["counter", "timer", "gauge"] = "counter",
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.metrics[name] = value

    def asset(self, uri: str, *, direction: Literal["input", "output"], **facts: Any) -> None:
        raise NotImplementedError

    def fetch(self, uri: str) -> Path:
        if uri not in self.files:
            raise TaskFailed(f"There is no file {uri}")
        folder = Path(tempfile.mkdtemp(dir=self.working_dir))
        path = folder / uri.rsplit("/", 1)[-1]
        path.write_bytes(self.files[uri])
        return path

    def save(self, source: Path | bytes | BinaryIO, *, name: str) -> str:
        uri = f"downbeat:///saved/{name}"
        match source:
            case bytes():
                self.files[uri] = source
            case Path():
                self.files[uri] = source.read_bytes()
            case _:
                self.files[uri] = source.read()
        return uri

    def local_path(self, path: str) -> Path:
        raise NotImplementedError

    def remember(self, state: Mapping[str, Any]) -> None:
        self.remembered = dict(state)

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((operation, dict(arguments)))
        answer = self.answers[operation]
        return answer(arguments) if callable(answer) else answer

    def expression(self, text: str) -> Callable[[Mapping[str, Any]], Any]:
        return over_records(text, self.seen)


def made(kind: type[RunnableTask], **properties: Any) -> RunnableTask:
    """A task as it is once its properties are rendered (keys as in a source)."""
    written = {"id": "task", "type": kind.type_name, **properties}
    return kind.model_validate(written, context={"rendered": True})
