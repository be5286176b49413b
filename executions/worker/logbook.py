"""The log of one attempt: numbered, masked and bounded lines, leaving in batches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import UUID

from executions.worker.channel import WorkerChannel
from executions.worker.masking import Masker
from executions.worker.settings import LogLimits
from executions.worker.work import AttemptKey, LogRecord

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]
_ORDER: dict[str, int] = {"TRACE": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "ERROR": 4}


class Logbook:
    """Takes lines, drops those below the task's level and those beyond the rate, and hands on.

    Not safe for several threads: one supervisor writes it. ``flush`` blocks while the platform
    cannot take lines; meanwhile the pipe of the task fills and the task waits, so that memory
    stays bounded at every place.
    """

    def __init__(
        self,
        channel: WorkerChannel,
        key: AttemptKey,
        task_id: str,
        *,
        masker: Masker,
        limits: LogLimits,
        least: str | None = None,
        file: Path | None = None,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel, self._key, self.task_id = channel, key, task_id
        self._own = key  # under which files are saved, whoever speaks
        self._masker, self._limits = masker, limits
        self._least = _ORDER.get(least or "TRACE", 0)
        self._wall, self._clock = wall, clock
        self._batch: list[LogRecord] = []
        self._first_at = 0.0
        self._seq = 0
        self._omitted = 0
        self._allowance = float(limits.burst)
        self._refilled = clock()
        self._file: BinaryIO | None = None if file is None else file.open("w+b")

    def turn_to(self, task_id: str, task_run_id: UUID, *, least: str | None) -> None:
        """Writes for another task run of the same attempt from here on."""
        self._report_omissions()
        self.task_id, self._least = task_id, _ORDER.get(least or "TRACE", 0)
        self._key = replace(self._key, task_run_id=task_run_id)

    def line(self, level: Level, text: str, *, at: float | None = None) -> None:
        """Takes a line; a text of several lines stays one record."""
        if _ORDER[level] < self._least:
            return
        if not self._admitted():
            self._omitted += 1
            return
        self._report_omissions()
        self._append(level, self._masker.text(text), at)

    def say(self, level: Level, text: str) -> None:
        """Takes a line of the platform itself, which no rate limit drops."""
        if _ORDER[level] >= self._least:
            self._append(level, self._masker.text(text), None)

    def now(self) -> float:
        """Seconds since the epoch, by the clock of the lines."""
        return self._wall()

    def skip(self, lines: int) -> None:
        """Counts lines that were dropped before they were even decoded."""
        self._omitted += lines

    @property
    def saturated(self) -> bool:
        """Whether the next line would be dropped."""
        self._refill()
        return self._allowance < 1 or self._seq >= self._limits.lines_per_attempt

    def flush_if_due(self) -> None:
        """Hands on the batch if it is full or old enough."""
        if self._batch and (len(self._batch) >= self._limits.batch_lines or self.patience() <= 0):
            self.flush()

    def patience(self) -> float:
        """Seconds until the open batch must leave."""
        if not self._batch:
            return 3600.0
        return self._first_at + self._limits.batch_delay.total_seconds() - self._clock()

    def flush(self) -> None:
        """Hands on all lines that are held."""
        batch, self._batch = self._batch, []
        if batch:
            self._channel.log(batch)

    def close(self) -> str | None:
        """Hands on the rest; the URI of the log's file, if the task wants one."""
        self._report_omissions()
        self.flush()
        if self._file is None:
            return None
        self._file.seek(0)
        with self._file as whole:
            self._file = None
            return self._channel.save(self._own, f"{self.task_id}.log", whole)

    def _admitted(self) -> bool:
        if self.saturated:
            return False
        self._allowance -= 1
        return True

    def _refill(self) -> None:
        now = self._clock()
        earned = (now - self._refilled) * self._limits.lines_per_second
        self._allowance = min(float(self._limits.burst), self._allowance + earned)
        self._refilled = now

    def _report_omissions(self) -> None:
        if not self._omitted:
            return
        count, self._omitted = self._omitted, 0
        self._append(
            "WARN",
            f"[{count} lines omitted: the task prints faster than "
            f"{self._limits.lines_per_second} lines a second, or more than "
            f"{self._limits.lines_per_attempt} lines]",
            None,
        )

    def _append(self, level: Level, text: str, at: float | None) -> None:
        moment = self._wall() if at is None else at
        text = self._shortened(text).replace("\0", "\ufffd")
        if not self._batch:
            self._first_at = self._clock()
        self._batch.append(LogRecord(self._key, self.task_id, self._seq, level, moment, text))
        self._seq += 1
        if self._file is not None:
            stamp = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
            self._file.write(f"{stamp} {level} {text}\n".encode())
        if len(self._batch) >= self._limits.batch_lines:
            self.flush()

    def _shortened(self, text: str) -> str:
        limit = self._limits.line_chars
        if len(text) <= limit:
            return text
        return f"{text[:limit]}… [{len(text) - limit} characters omitted]"
