"""A process of its own to which every test task reports; it knows nothing of the product.

Run as ``python witness.py PORT FILE``: each line that arrives on the port is stored, with the moment
of its arrival, in a SQLite file, and answered, so that a task goes on only once its report is safe.
"""

from __future__ import annotations

import json
import socketserver
import sqlite3
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TABLE = """
create table if not exists report (
  id integer primary key, at real, event text, execution text, run text, fence int)
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What a task said."""

    at: float
    event: str
    execution: str
    run: str
    fence: int
    """Grows with every attempt of the run, and with every worker that it is given to."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


def serve(port: int, file: Path) -> None:
    """Stores reports until killed."""
    database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute(TABLE)
    lock = threading.Lock()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            # A task that is killed in the middle of a report has not made it.
            with suppress(ConnectionError, ValueError):
                self._listen()

        def _listen(self) -> None:
            for line in self.rfile:
                said = json.loads(line)
                with lock:
                    database.execute(
                        "insert into report (at, event, execution, run, fence)"
                        " values (?, ?, ?, ?, ?)",
                        (time.time(), said["event"], said["execution"], said["run"], said["fence"]),
                    )
                self.wfile.write(b"ok\n")

    with _Server(("127.0.0.1", port), Handler) as server:
        print("ready", flush=True)
        server.serve_forever()


def reports(file: Path) -> list[Report]:
    """Everything that was said, in order of arrival."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        rows = database.execute("select at, event, execution, run, fence from report order by id")
        return [Report(*row) for row in rows]


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
