"""What the supervision of one process has in common, whatever the process runs.

Lines become log records or reports, questions get their answers from the channel, and numbers and
outputs gather until the result is made.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Literal

from downbeat.sdk import confined
from downbeat.sdk.fields import format_duration
from executions.worker import assets
from executions.worker.channel import CONNECTION, Control, LeaseLost, WorkerChannel
from executions.worker.dynamic_runs import DynamicRuns
from executions.worker.launching import TaskProcess
from executions.worker.lines import MARK, Line, LineCutter
from executions.worker.logbook import Level, Logbook
from executions.worker.masking import Masker
from executions.worker.said import MetricKind, Said, kind_of, parse_report
from executions.worker.settings import WorkerSettings
from executions.worker.supervision import Ears, Ended, Stop, Supervision
from executions.worker.trail import Trail
from executions.worker.work import AttemptResult, Ending, MetricPoint, Work

_MOST_METRICS = 10_000
_LINE_BYTES = 4
HIDDEN = frozenset({".tmp", ".fetched", ".companion"})


@dataclass(slots=True)
class Session:
    """One attempt, its process and all that it said so far."""

    work: Work
    control: Control
    process: TaskProcess
    channel: WorkerChannel
    masker: Masker
    book: Logbook
    settings: WorkerSettings
    folder: Path
    outputs: dict[str, Any] = field(default_factory=dict)
    metrics: list[MetricPoint] = field(default_factory=list)
    assets: list[Mapping[str, Any]] = field(default_factory=list)
    dynamic: DynamicRuns = field(init=False)
    line_counts: dict[str, int] = field(default_factory=lambda: {"stdout": 0, "stderr": 0})
    timeout: timedelta | None = None
    grace: timedelta | None = None
    """How long the program may take to end once it is asked to; ``None``: the worker's choice."""
    said_error: str | None = None
    said_warning: bool = False
    hidden: set[str] = field(default_factory=set)
    trail: Trail = field(init=False)
    _said_bytes: int = 0
    _assets_full: bool = False
    _cutters: dict[str, LineCutter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dynamic = DynamicRuns(self.masker.value, self.settings.outputs_bytes)
        self.trail = Trail(self.work.key, self.channel, self.control, self.book, self.masker)

    def places(self) -> dict[str, Any]:
        """Names that expressions of the task may use for its folder."""
        return {
            "workingDir": str(self.folder),
            "outputDir": str(self.folder / "outputs"),
            "outputFiles": self._paths_of("outputFiles"),
            "inputFiles": self._paths_of("inputFiles"),
        }

    def _paths_of(self, name: str) -> dict[str, str]:
        """Where files that the source names will lie; names with expressions are left out."""
        given = self.work.task.get(name)
        names = given if isinstance(given, list | dict) else ()
        return {
            text: str(self.folder / text)
            for text in names
            if isinstance(text, str) and "{" not in text and "*" not in text
        }

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The whole environment of the process: nothing of the worker's own."""
        info = self.work.info
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / ".tmp"),
            "WORKING_DIR": str(self.folder),
            "OUTPUT_DIR": str(self.folder / "outputs"),
            "DOWNBEAT_EGRESS": self.settings.reach(),
            "DOWNBEAT_EXECUTION_ID": info.execution_id,
            "DOWNBEAT_IDEMPOTENCY_KEY": info.task_run_id,
            "DOWNBEAT_FENCE": str(info.fence),
            **self.settings.lent_environment(),
            **(more or {}),
        }

    def supervise(self, job: Mapping[str, Any]) -> Ended:
        """Runs the job to its end; every line has been handed to the book when it returns."""
        self._cutters = {
            name: LineCutter(
                longest=self._longest_line(),
                longest_report=self.settings.outputs_bytes,
            )
            for name in ("stdout", "stderr")
        }
        watch = Supervision(
            process=self.process,
            control=self.control,
            ears=Ears(
                stdout=lambda chunk: self._print("stdout", chunk),
                stderr=lambda chunk: self._print("stderr", chunk),
                message=self._message,
                tick=self._tick,
                stopped=self.trail.delivered,
            ),
            timeout=self._limit(),
            grace=max(self.settings.kill_grace, self.grace or timedelta(0)),
            longest_message=self.settings.outputs_bytes + (1 << 20),
        )
        ended = watch.run(job)
        if ended.stop is not None:
            self.trail.confirmed()
        for name, cutter in self._cutters.items():
            for line in cutter.rest():
                self._line(name, line)
        return ended

    def _limit(self) -> timedelta | None:
        """The sooner of the work's own time limit and the task's."""
        return min(filter(None, (self.work.timeout, self.timeout)), default=None)

    def stopped(self, stop: Stop) -> AttemptResult:
        """The result of an attempt that was stopped from outside."""
        match stop:
            case Stop.KILLED:
                return self.result(Ending.KILLED, reason="killed")
            case Stop.TIMEOUT:
                length = self._limit() or timedelta()
                message = f"Timeout: the task ran longer than {format_duration(length)}"
                return self.failed("timeout", message)
            case Stop.TOO_MUCH:
                limit = self.settings.outputs_bytes
                return self.failed("output.too_large", f"A message is larger than {limit} bytes")

    def failed(self, reason: str, message: str) -> AttemptResult:
        """A failure, which is also the last line of the log."""
        self.book.say("ERROR", message)
        return self.result(Ending.FAILED, reason=reason, error=message)

    def result(
        self, ending: Ending, *, reason: str | None = None, error: str | None = None
    ) -> AttemptResult:
        """The result with all that was gathered, masked."""
        return AttemptResult(
            key=self.work.key,
            ending=ending,
            outputs=self.masker.value(self.outputs),
            metrics=tuple(self.metrics),
            assets=tuple(self.masker.value(item) for item in self.assets),
            error=None if error is None else self.masker.text(error),
            reason=reason,
            children=tuple(self.dynamic.added),
        )

    def save_files(self, patterns: tuple[str, ...]) -> dict[str, str]:
        """Saves the files that globs match; returns name → URI."""
        return save_files(
            self.channel, self.work, self.settings, self.folder, patterns, hidden=self.hidden
        )

    def _tick(self) -> float:
        self.book.flush_if_due()
        return max(0.0, self.book.patience())

    def _print(self, name: str, chunk: bytes) -> None:
        if self.book.saturated and MARK not in chunk:
            count = self._cutters[name].skip(chunk)
            self.line_counts[name] += count
            self.book.skip(count)
            return
        for line in self._cutters[name].feed(chunk):
            self._line(name, line)

    def _line(self, name: str, line: Line) -> None:
        self.line_counts[name] += 1
        text = line.content.decode("utf-8", "backslashreplace").rstrip("\r")
        if line.content.lstrip().startswith(MARK) and not line.cut:
            said = parse_report(text)
            if said is not None:
                self._take_report(said, len(line.content))
                return
        if line.cut:
            text += f"… [{line.cut} bytes omitted]"
        self.book.line("INFO" if name == "stdout" else "WARN", text)

    def _take_report(self, said: Said, size: int) -> None:
        self._said_bytes += size
        if self._said_bytes > self.settings.outputs_bytes:
            self.book.say("WARN", "Reported outputs are too large; this report is dropped")
            return
        self.outputs.setdefault("vars", {}).update(said.outputs)
        for metric in said.metrics:
            self._metric(metric.name, metric.value, metric.kind, metric.tags)
        for asset in said.assets:
            self._asset(assets.noted(asset))
        for level, text in said.logs:
            self.book.line(level, text)
        for facts in said.task_runs:
            try:
                self.dynamic.add(facts)
            except ValueError as problem:
                self.book.say("WARN", f"A reported task run is left out: {problem}")
        self.said_error = said.error or self.said_error
        self.said_warning = said.warning or self.said_warning

    def _metric(
        self,
        name: str,
        value: float,
        kind: MetricKind,
        tags: Mapping[str, str],
    ) -> None:
        if len(self.metrics) < _MOST_METRICS:
            shown = {self.masker.text(k): self.masker.text(v) for k, v in tags.items()}
            self.metrics.append(
                MetricPoint(self.masker.text(name), value, kind, shown, time.time())
            )

    def _asset(self, found: Mapping[str, Any] | None) -> None:
        if found is None:
            self.book.say("WARN", "An asset without a usable name is left out")
        elif len(self.assets) < assets.MOST:
            self.assets.append(found)
        elif len(self.assets) == assets.MOST and not self._assets_full:
            self._assets_full = True
            self.book.say("WARN", f"More than {assets.MOST} assets: the others are left out")

    def _message(self, message: Mapping[str, Any], files: list[int]) -> Mapping[str, Any] | None:
        match message:
            case {"t": "log", "level": str(level), "message": str(text)}:
                self.book.line(_level(level), text, at=_moment(message.get("at")))
            case {"t": "metric", "name": str(name), "value": int() | float() as value}:
                tags = message.get("tags") or {}
                kind = kind_of(str(message.get("kind")))
                self._metric(name, float(value), kind, {str(k): str(v) for k, v in tags.items()})
            case {"t": "asset", "uri": str(uri), "direction": str(direction)}:
                facts = message.get("facts")
                told = {"uri": uri, "facts": facts if isinstance(facts, dict) else {}}
                self._asset(assets.noted(told, direction=direction))
            case {"t": "remote", "stage": str(stage), "job": str(job)}:
                self.trail.remote(stage, job, _moment(message.get("at")))
            case {"t": "ask", "what": str(what), "with": dict(arguments)}:
                return self._answered(what, arguments, files)
            case _:
                pass
        return None

    def _answered(
        self, what: str, arguments: Mapping[str, Any], files: list[int]
    ) -> Mapping[str, Any]:
        self.book.flush_if_due()
        try:
            return {"value": self._answer(what, arguments, files)}
        except LeaseLost:
            raise
        except Exception as problem:
            return {"error": self.masker.text(str(problem) or type(problem).__name__)}

    def _answer(self, what: str, arguments: Mapping[str, Any], files: list[int]) -> Any:
        key = self.work.key
        match what:
            case "fetch" if files:
                with (
                    self.channel.read(key, str(arguments["uri"])) as stream,
                    _borrowed(files[0], "wb") as into,
                ):
                    shutil.copyfileobj(stream, into, 1 << 20)
                return None
            case "save" if files:
                with _borrowed(files[0], "rb") as content:
                    return self.channel.save(key, str(arguments["name"]), content)
            case "remember":
                return self.channel.remember(key, arguments["state"])
            case "request" if arguments["operation"] == "taskrun.add":
                return self.dynamic.add(arguments["arguments"])
            case "request" if arguments["operation"] == CONNECTION:
                return self._connection(arguments["arguments"])
            case "request":
                return self.channel.request(
                    key, str(arguments["operation"]), arguments["arguments"]
                )
            case _:
                raise ValueError(f"A task cannot ask for '{what}'")

    def _connection(self, asked: Mapping[str, Any]) -> Any:
        """A connection, whose secrets are known here before the task has them."""
        found = self.channel.request(self.work.key, CONNECTION, asked)
        if found is None:
            return None
        self.masker.learn(found["secrets"])
        for cutter in self._cutters.values():
            cutter.widen(self._longest_line())
        return {name: value for name, value in found.items() if name != "secrets"}

    def _longest_line(self) -> int:
        """So many bytes of a line that a secret at its cut is still seen whole."""
        return self.settings.log.line_chars * _LINE_BYTES + self.masker.longest


def save_files(
    channel: WorkerChannel,
    work: Work,
    settings: WorkerSettings,
    folder: Path,
    patterns: tuple[str, ...],
    *,
    hidden: Iterable[str] = (),
) -> dict[str, str]:
    """Saves the files below a folder that globs match; returns name → URI."""
    saved: dict[str, str] = {}
    largest = settings.output_file_bytes
    for found in confined.find(str(folder), patterns, hidden=HIDDEN.union(hidden)):
        if found.size > largest:
            raise OSError(f"The file '{found.name}' is larger than {largest} bytes")
        with confined.open_inside(str(folder), found.name, owner=settings.uid) as content:
            saved[found.name] = channel.save(work.key, found.name, content)
    return saved


def _borrowed(fd: int, mode: Literal["rb", "wb"]) -> BinaryIO:
    """The file of a descriptor that somebody else closes."""
    return os.fdopen(os.dup(fd), mode)


def _level(name: str) -> Level:
    match name:
        case "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR":
            return name
        case _:
            return "INFO"


def _moment(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
