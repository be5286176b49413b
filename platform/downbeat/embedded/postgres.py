"""The embedded PostgreSQL: makes, starts and stops a server of our own on a private socket.

Theory of operation. The programs come from a wheel (`binaries`), the data lies in a room that
belongs to an unprivileged account (`rooms`, `accounts`), and the server listens on a socket in a
closed folder, with scram on top: reaching the socket is not enough. It is started without `pg_ctl`
so that it is our direct child and is told when we die (`spawn`); SIGINT is its fast shutdown.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGQUIT, Signals

from downbeat.embedded import accounts, binaries, rooms
from downbeat.embedded.binaries import Binaries
from downbeat.embedded.cluster import PLAIN_ENVIRONMENT, SUPERUSER, Cluster
from downbeat.embedded.errors import PostgresDied
from downbeat.embedded.home import Home
from downbeat.embedded.postmaster import PidFile, clear_leftover
from downbeat.embedded.spawn import Start, spawn, tail

PORT = 5432
SUPERUSER_SECRET = "postgres-superuser"  # noqa: S105 - the name of a file
START_PATIENCE = 120.0
STOP_PATIENCE = 60.0

# Small when idle, quick when busy, never less durable. `io_method` and the workers: each worker
# process costs memory for nothing on one machine. `jit` costs more than our short queries.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_buffers": "8MB",
    "max_wal_size": "1GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "10min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "20s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    "idle_in_transaction_session_timeout": "300s",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %q%u ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
SINCE_18 = {"io_method": "sync"}


@dataclass(frozen=True)
class Postgres:
    """A server that has been made and can be started."""

    binaries: Binaries
    cluster: Cluster
    socket: Path
    log: Path

    def start_of(self) -> Start:
        """How to start it, for a supervisor."""
        command = [str(self.binaries.program("postgres"))]
        command += ["-D", str(self.cluster.data), "-k", str(self.socket), "-p", str(PORT)]
        settings = SETTINGS | (SINCE_18 if self.binaries.major >= 18 else {})
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Start(command, PLAIN_ENVIRONMENT, self.log, SIGINT, self.cluster.account)

    def clear_leftover(self) -> None:
        """Ends a server of an earlier start on the same data."""
        clear_leftover(self.cluster.data)

    def is_ready(self, pid: int) -> bool:
        """Whether the server with that process id accepts connections; costs one file read."""
        return PidFile.of(self.cluster.data).is_ready(pid)


def prepare(home: Home) -> Postgres:
    """Makes whatever is missing; the second time it only finds what is there."""
    home.prepare()
    account = accounts.for_postgres()
    room = rooms.data_room(home, account)
    cluster = Cluster(room, account)
    found = binaries.reachable(binaries.find(), account, room)
    home.ensure_secret(SUPERUSER_SECRET)
    if cluster.is_of_another_major(found):
        from downbeat.embedded.upgrade import upgrade  # loads a driver; needed once in years

        clear_leftover(cluster.data)
        upgrade(home, cluster, found)
    if cluster.major() is None:
        cluster.create(found, home.read_secret(SUPERUSER_SECRET))
    return Postgres(found, cluster, rooms.socket_room(home, account), home.logs / "postgres.log")


class Running:
    """A started server, for whoever needs one without the supervisor: tests, backup, restore."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        server.clear_leftover()
        self._process = spawn(server.start_of())
        self._wait_until_ready()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def stop(self, sign: Signals = SIGINT) -> int:
        """Stops it and gives its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(sign)
        try:
            return self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(SIGQUIT)
            return self._process.wait()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_PATIENCE
        while not self.server.is_ready(self.pid):
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise PostgresDied(log=self.server.log, tail=tail(self.server.log))
            time.sleep(0.01)


def superuser_dsn(home: Home, server: Postgres, database: str = "postgres") -> str:
    """How the superuser connects, as libpq reads it."""
    facts = {
        "host": str(server.socket),
        "port": str(PORT),
        "user": SUPERUSER,
        "password": home.read_secret(SUPERUSER_SECRET),
        "dbname": database,
    }
    return " ".join(f"{name}={_quoted(value)}" for name, value in facts.items())


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
