"""Modules that scripts import to report: ours, and the one that existing scripts of the language use.

They are made known when a script asks for them, and only if its environment has none of that name.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

OURS = "downbeat_report"
THEIRS = "kestra"


class ReportingFinder:
    """The last finder: whatever is installed comes first.

    A finder and a loader by their methods alone: the classes to derive from would cost each sandbox
    more time than all the rest of its modules.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in (OURS, THEIRS) or __spec__ is None:
            return None
        return type(__spec__)(fullname, _Loader())  # type: ignore[arg-type]  # a loader by its methods


class _Loader:
    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        names: dict[str, Any] = {
            "outputs": outputs,
            "counter": counter,
            "timer": timer,
            "gauge": gauge,
            "log": log,
        }
        if module.__name__ == OURS:
            module.__dict__.update(names)
            return
        module.__dict__["Kestra"] = reporter()


def install() -> None:
    """Makes the modules importable in this process."""
    sys.meta_path.append(ReportingFinder())


def reporter() -> Any:
    """The class by which existing scripts report."""
    made: Any = type("Kestra", (), {})
    for found in (outputs, counter, timer, gauge, log):
        setattr(made, found.__name__, staticmethod(found))
    made.logger = staticmethod(_logger)
    return made


def outputs(values: dict[str, Any] | None = None, /, **more: Any) -> None:
    """Publishes outputs of the task."""
    _say({"outputs": {**(values or {}), **more}})


def counter(name: str, value: float, tags: dict[str, str] | None = None) -> None:
    """Adds to a number of the task run."""
    _metric("counter", name, value, tags)


def timer(name: str, duration: Any, tags: dict[str, str] | None = None) -> None:
    """Records seconds, or how long a call took."""
    if callable(duration):
        import time

        started = time.monotonic()
        duration()
        duration = time.monotonic() - started
    _metric("timer", name, duration, tags)


def gauge(name: str, value: float, tags: dict[str, str] | None = None) -> None:
    """Records how much there is of something."""
    _metric("gauge", name, value, tags)


def log(message: str, level: str = "INFO") -> None:
    """Writes a line of a level into the task run's log."""
    _say({"logs": [{"level": level, "message": message}]})


def _metric(kind: str, name: str, value: float, tags: dict[str, str] | None) -> None:
    _say({"metrics": [{"name": name, "type": kind, "value": value, "tags": tags or {}}]})


def _say(report: dict[str, Any]) -> None:
    import json

    print(f"::{json.dumps(report, default=str)}::", flush=True)


def _logger() -> Any:
    """A logger whose records become log lines of their level."""
    import logging

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            level = {"WARNING": "WARN", "CRITICAL": "ERROR"}.get(record.levelname, record.levelname)
            log(record.getMessage(), level)

    found = logging.getLogger("task")
    if not found.handlers:
        found.addHandler(Lines())
        found.setLevel(logging.DEBUG)
        found.propagate = False
    return found
