"""A double of BigQuery's REST API on the wire; DuckDB holds the data.

Jobs end when they are looked at for the first time, unless the test says otherwise: ``slow``
lets them run for a number of looks, ``hold`` until ``release``. Work is done when a job ends, so
a job that is cancelled before has done nothing. ``fail`` injects answers, ``drop`` cuts lines.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.doubles.bigquery_warehouse import Answer, Warehouse

PROJECT = "project"


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    size: int
    token: str | None


@dataclass
class Job:
    """A job as the double keeps it."""

    resource: dict[str, Any]
    work: Callable[[], None]
    looks: int
    """How often it is still seen running; below zero: until it is released."""
    answer: Answer = field(default_factory=Answer)

    @property
    def id(self) -> str:
        return str(self.resource["jobReference"]["jobId"])

    @property
    def configuration(self) -> dict[str, Any]:
        """What the client asked for."""
        found: dict[str, Any] = self.resource["configuration"]
        return found


@dataclass
class Fault:
    """An answer that is given instead of the real one."""

    method: str
    path: str
    status: int
    reason: str
    times: int
    after: bool
    message: str


@dataclass
class BigQueryDouble:
    """What a test says to the double and asks it."""

    warehouse: Warehouse
    url: str = ""
    requests: list[Heard] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    """The ids of the jobs that were begun, in order; a refused second start is not among them."""
    cancelled: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    spoiled: list[dict[str, str]] = field(default_factory=list)
    uploads: dict[str, tuple[dict[str, Any], Path]] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    needs_token: bool = False
    token_seconds: int = 3600
    keeps_pages: bool = False
    """Answers and encoded pages are kept, so that a benchmark measures the client and not us."""
    pages: dict[Any, bytes] = field(default_factory=dict)
    answers: dict[str, tuple[Answer, dict[str, Any]]] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _looks: list[int] = field(default_factory=list)

    def slow(self, *looks: int) -> None:
        """The next jobs are seen running that often."""
        self._looks.extend(looks)

    def hold(self) -> None:
        """The next job runs until it is released or cancelled."""
        self._looks.append(-1)

    def release(self) -> None:
        """Lets every job that is held end."""
        for job in self.jobs.values():
            job.looks = 0

    def fail(
        self, status: int, reason: str, *, at: str, method: str = "", times: int = 1,
        after: bool = False, message: str = "injected",
    ) -> None:  # fmt: skip
        """Answers with an error where the path matches; ``after``: once the work has been done.

        A status of 0 cuts the line instead.
        """
        self.faults.append(Fault(method, at, status, reason, times, after, message))

    def spoil(self, reason: str, message: str) -> None:
        """The next job that ends does so with this error, and without its work."""
        self.spoiled.append({"reason": reason, "message": message})

    def expire_tokens(self) -> None:
        """No token that was given out counts any more."""
        self.tokens.clear()

    def asked(self, method: str, path: str) -> list[Heard]:
        """The requests whose path matches."""
        return [one for one in self.requests if one.method == method and re.search(path, one.path)]

    def wait_for(self, holds: Callable[[BigQueryDouble], bool], seconds: float = 60) -> None:
        """Returns once something is true of what was asked."""
        with self.changed:
            assert self.changed.wait_for(lambda: holds(self), seconds), self.requests[-10:]

    def looks_of_next(self) -> int:
        return self._looks.pop(0) if self._looks else 0


@contextmanager
def bigquery(folder: Path) -> Iterator[BigQueryDouble]:
    """A double that listens on loopback; its buckets are folders in ``folder``."""
    # The wire knows the double, and nobody but this function the wire.
    from tests.support.doubles.bigquery_wire import Wire

    double = BigQueryDouble(Warehouse(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundWire", (Wire,), {"double": double}))
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
