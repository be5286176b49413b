"""What the platform itself says in the log of one execution during one turn.

Lines are written with the turn. Until then ``errorLogs()`` reads them here, and a quick task that
keeps its log as a file has it made of them. Nothing leaves here that shows a secret: inputs of
type SECRET, and secrets that expressions of this turn have read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common import clock
from downbeat.sdk.effects import Level
from executions.worker.masking import Masker

LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")


@dataclass(frozen=True, slots=True)
class Line:
    """A log line of the platform's own, about to be written."""

    task_run_id: UUID | None
    task_id: str | None
    number: int
    level: Level
    at: datetime
    message: str


class TurnLog:
    """The lines of one execution in one turn, masked as they are said.

    ``secrets`` gives the values to hide; it is asked when the first text is to be masked, because
    most turns say nothing.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self.lines: list[Line] = []
        self._secrets = secrets
        self._masker: Masker | None = None
        self._learnt: list[str] = []

    def learn(self, secret: str) -> None:
        """Hides this value too, from now on."""
        self._learnt.append(secret)
        if self._masker is not None:
            self._masker.learn([secret])

    def known(self) -> tuple[str, ...]:
        """The values to hide, as they are."""
        return (*self._secrets(), *self._learnt)

    @property
    def masker(self) -> Masker:
        """Hides what must not be readable."""
        if self._masker is None:
            self._masker = Masker(self.known())
        return self._masker

    def say(
        self,
        level: Level,
        message: str,
        *,
        run: UUID | None = None,
        task_id: str | None = None,
        number: int = 0,
    ) -> None:
        """A line of a task run, or of the execution."""
        shown = self.masker.text(message)
        self.lines.append(Line(run, task_id, number, level, clock.now(), shown))

    def errors(self) -> list[dict[str, Any]]:
        """The error lines said so far, as ``errorLogs()`` gives them."""
        return [
            error_line(line.task_id, line.task_run_id, line.number, line.at, line.message)
            for line in self.lines
            if line.level == "ERROR"
        ]


def error_line(
    task_id: str | None, run: UUID | None, number: int, at: datetime, message: str
) -> dict[str, Any]:
    """An error line as expressions see it."""
    return {
        "taskId": task_id,
        "taskRunId": str(run) if run else None,
        "attemptNumber": number,
        "level": "ERROR",
        "timestamp": clock.wire(at),
        "message": message,
    }


def file_of(lines: Sequence[Line]) -> bytes:
    """Lines as the file of a log, in the form that workers write."""
    return "".join(
        f"{line.at.isoformat(timespec='milliseconds')} {line.level} {line.message}\n"
        for line in lines
    ).encode()
