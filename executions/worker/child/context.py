"""The run context of a task in its own process: every question goes over the wire to the worker."""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal

from downbeat.sdk.context import Log, RemoteStage, RunInfo
from downbeat.sdk.errors import TaskFailed
from executions.worker.child.wire import Wire

_LINE = 65536


class WireLog:
    """A log whose lines are on their way when the call returns."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def _say(self, level: str, message: object) -> None:
        text = str(message)
        self._wire.send({"t": "log", "level": level, "message": text[:_LINE], "at": time.time()})

    def trace(self, message: str) -> None:
        self._say("TRACE", message)

    def debug(self, message: str) -> None:
        self._say("DEBUG", message)

    def info(self, message: str) -> None:
        self._say("INFO", message)

    def warning(self, message: str) -> None:
        self._say("WARN", message)

    def error(self, message: str) -> None:
        self._say("ERROR", message)


class WireContext:
    """``RunContext`` and ``PollContext`` of one job."""

    def __init__(self, job: dict[str, Any], wire: Wire) -> None:
        self.run = RunInfo(**job["run"])
        self.log: Log = WireLog(wire)
        self.working_dir = Path(job["workdir"])
        self.environment: Mapping[str, str] = dict(job["env"])
        self.state: Mapping[str, Any] = job.get("state") or {}
        self._remembered: Mapping[str, Any] = job.get("remembered") or {}
        self._record_context: Mapping[str, Any] = job.get("record_context") or {}
        self.local_folders = tuple(Path(folder) for folder in job.get("local_paths", ()))
        self._wire = wire

    @property
    def remembered(self) -> Mapping[str, Any]:
        return self._remembered

    def metric(
        self,
        name: str,
        value: float,
        *,
        kind: Literal["counter", "timer", "gauge"] = "counter",
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._wire.send(
            {
                "t": "metric",
                "name": name,
                "value": value,
                "kind": kind,
                "tags": dict(tags or {}),
                "at": time.time(),
            }
        )

    def asset(self, uri: str, *, direction: Literal["input", "output"], **facts: Any) -> None:
        self._wire.send({"t": "asset", "uri": uri, "direction": direction, "facts": facts})

    def fetch(self, uri: str) -> Path:
        name = PurePosixPath(uri.partition("?")[0]).name or "file"
        folder = Path(tempfile.mkdtemp(dir=self.working_dir, prefix="fetched-"))
        with (folder / name).open("wb") as into:
            self._ask("fetch", {"uri": uri}, fd=into.fileno())
        return folder / name

    def save(self, source: Path | bytes | BinaryIO, *, name: str) -> str:
        match source:
            case bytes():
                return self._save_stream(io.BytesIO(source), name)
            case Path():
                with source.open("rb") as content:
                    return self._save_fd(content.fileno(), name)
            case _:
                return self._save_stream(source, name)

    def _save_stream(self, source: BinaryIO, name: str) -> str:
        with tempfile.TemporaryFile(dir=self.working_dir) as whole:
            while chunk := source.read(1 << 20):
                whole.write(chunk)
            whole.flush()
            whole.seek(0)
            return self._save_fd(whole.fileno(), name)

    def _save_fd(self, fd: int, name: str) -> str:
        return str(self._ask("save", {"name": name}, fd=fd))

    def local_path(self, path: str) -> Path:
        try:
            wanted = Path(os.path.realpath(path.removeprefix("file://")))
        except ValueError as error:  # characters that no path has
            raise TaskFailed(f"{path!r} is not a path: {error}") from None
        if not any(wanted == folder or folder in wanted.parents for folder in self.local_folders):
            shown = ", ".join(map(str, self.local_folders)) or "none"
            raise TaskFailed(
                f"The path '{path}' is not among the folders that this namespace may touch "
                f"(allowed: {shown}). The operator allows folders with DOWNBEAT_LOCAL_PATHS."
            )
        return wanted

    def remember(self, state: Mapping[str, Any]) -> None:
        self._ask("remember", {"state": dict(state)})
        self._remembered = dict(state)

    def remote(self, stage: RemoteStage, job: str) -> None:
        self._wire.send({"t": "remote", "stage": stage, "job": job, "at": time.time()})
        self.log.info(f"{job}: {stage.replace('_', ' ')}")

    def linger(self, grace: timedelta) -> None:
        self._wire.send({"t": "linger", "seconds": grace.total_seconds()})

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        return self._ask("request", {"operation": operation, "arguments": dict(arguments)})

    def expression(self, text: str) -> Callable[[Mapping[str, Any]], Any]:
        # The language is not small: only tasks that judge records load it.
        from executions.worker.child.expressions import over_records

        return over_records(text, self._record_context)

    def _ask(self, what: str, arguments: dict[str, Any], *, fd: int | None = None) -> Any:
        self._wire.send(
            {"t": "ask", "what": what, "with": arguments, "file": fd is not None}, fd=fd
        )
        answer = self._wire.receive()
        if "error" in answer:
            raise TaskFailed(answer["error"])
        return answer.get("value")
