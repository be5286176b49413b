"""`downbeat up`: PostgreSQL, migrations, web, worker and scheduler as one program.

Theory of operation. The supervisor holds what must outlive a child: the lock of the home, the
listening socket (clients of a restarting web process wait, they are not refused) and the list of
children. On Linux it imports what its children need, once, while the database starts, and they begin
as its forks. Children die with it, whatever kills it; the next start resumes from the database.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from downbeat.bad_setting import BadSetting
from downbeat.embedded import (
    connection,
    environment,
    example,
    forking,
    leftovers,
    migration,
    onboarding,
    postgres,
    preload,
    rooms,
)
from downbeat.embedded.children import Child, Process
from downbeat.embedded.errors import ChildFailed, PortTaken
from downbeat.embedded.home import Home, write_facts
from downbeat.embedded.lock import HomeLock
from downbeat.embedded.nursery import Nursery, StopRequested
from downbeat.embedded.spawn import Start, spawn
from downbeat.embedded.wakeups import Wakeups

LONGEST_STOP = 2.0
"""What a service needs to end besides letting its tasks end."""
DATABASE_GRACE = 45.0
BACKLOG = 1024
OURSELVES = (sys.executable, "-P", "-m", "downbeat.cli.main")
LARGEST_LOG = 10 * 1024 * 1024
BOOTSTRAPPED = "bootstrapped"


@dataclass(frozen=True)
class Options:
    """What the operator asked for."""

    host: str
    port: int
    bare: bool = False
    program: tuple[str, ...] = OURSELVES
    """What runs our own commands; the supervisor's tests give another."""

    @property
    def url(self) -> str:
        """Where the web process answers."""
        return f"http://{self.host}:{self.port}"


def run(home: Home, options: Options) -> int:
    """Runs the instance until somebody stops it; the exit status of the command."""
    home.prepare()
    lock = HomeLock(home)
    try:
        return Supervisor(home, options).run()
    finally:
        lock.release()


class Supervisor:
    """One instance, from its start to its end."""

    def __init__(self, home: Home, options: Options) -> None:
        self._home = home
        self._options = options
        self._began = time.monotonic()
        home.ensure_secret(environment.ENCRYPTION_KEY)
        self._environment = environment.completed(home)
        if not options.bare:
            room = example.prepare(home, environment.task_account(self._environment))
            example.add_to(self._environment, room, options.url)
        self._may_fork = False
        self._nursery = Nursery(home, Wakeups(), say, self._launch)
        self._database: Child | None = None
        self._services: list[Child] = []
        self._door: socket.socket | None = None

    def run(self) -> int:
        """Starts everything, watches over it, and stops it in order."""
        try:
            self._start()
            while True:
                self._nursery.tick()
        except StopRequested:
            say("Stopping.")
            return 0
        finally:
            self._stop()

    def _start(self) -> None:
        leftovers.end(self._home)
        self._rotate_logs()
        self._door = listening(self._options)
        server = self._start_database() if environment.uses_own_database() else None
        if self._options.program == OURSELVES:
            self._may_fork = preload.warm()  # while the database starts on another processor
        room = self._open_database(server) if server else self._home.run
        if not migration.is_applied(room):
            say("Preparing the database.")
            self._nursery.run_job("downbeat migrate", self._command("migrate", "migrate"))
            migration.record(room)
        self._start_services()
        self._nursery.until(self._is_ready)
        self._announce()
        if not self._options.bare:
            self._welcome()

    def _launch(self, start: Start) -> Process:
        """Our own commands begin as forks once everything is imported, others as programs."""
        if start.arguments and self._may_fork and preload.has_one_thread():
            return forking.fork(start, _run_command)
        return spawn(start)

    def _start_database(self) -> postgres.Postgres:
        server = postgres.prepare(self._home)
        server.clear_leftover()
        self._database = Child("PostgreSQL", server.start_of, stop_by=signal.SIGINT)
        self._nursery.add(self._database)
        return server

    def _open_database(self, server: postgres.Postgres) -> Path:
        """Waits until it answers; the room that its data lies in."""
        self._nursery.until(lambda: server.is_ready(self._database_pid()))
        self._bootstrap(server)
        return server.cluster.room

    def _database_pid(self) -> int:
        return (self._database and self._database.pid) or 0

    def _bootstrap(self, server: postgres.Postgres) -> None:
        done = server.cluster.room / BOOTSTRAPPED
        if not done.exists():
            from downbeat.embedded import roles  # needed by the first start only

            roles.bootstrap(self._home, server)
            done.touch()
        connection.write(self._home, server)

    def _start_services(self) -> None:
        door = self._door.fileno() if self._door else -1
        commands = {
            "web": self._command("web", "web", "--fd", str(door), keep=(door,)),
            "worker": self._command("worker", "worker"),
            "scheduler": self._command("scheduler", "scheduler"),
        }
        for name, start in commands.items():
            child = Child(name, lambda start=start: start)  # type: ignore[misc]
            self._services.append(child)
            self._nursery.add(child)

    def _command(self, log: str, *arguments: str, keep: tuple[int, ...] = ()) -> Start:
        """One of our own commands, in a process of its own."""
        return Start(
            (*self._options.program, *arguments),
            self._environment,
            self._home.logs / f"{log}.log",
            keep=keep,
            folder=str(self._home.root),
            arguments=arguments,
        )

    def _is_ready(self) -> bool:
        now = time.monotonic()
        return all(child.is_settled(now) for child in self._services) and self._web_answers()

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection(self._options.host, self._options.port, timeout=1.0)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _announce(self) -> None:
        facts = {"pid": os.getpid(), "url": self._options.url}
        write_facts(self._home.run / "instance.json", facts)
        took = time.monotonic() - self._began
        say(f"Downbeat is ready after {took:.1f} s: {self._options.url}/ui/")
        say(f"State and logs are in {self._home.root}. Ctrl-C stops everything.")

    def _welcome(self) -> None:
        """Makes the first tenant and runs the example, as a client of the running server."""
        if onboarding.is_done(self._home):
            return
        arguments = ("-P", "-m", "downbeat.embedded.onboarding", self._options.url)
        start = Start((sys.executable, *arguments), self._environment, None)
        try:
            self._nursery.run_job("the first steps", start)
        except ChildFailed:
            say("The first steps did not end well; the server runs on. Look at the lines above.")

    def _rotate_logs(self) -> None:
        for log in self._home.logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))

    def _stop(self) -> None:
        if self._door:
            self._door.close()
        self._nursery.stop(self._services, _drain(self._environment) + LONGEST_STOP)
        if self._database:
            self._nursery.stop([self._database], DATABASE_GRACE)
        self._nursery.finish()
        (self._home.run / "instance.json").unlink(missing_ok=True)
        if self._database:
            rooms.release_socket(self._home)


def _drain(given: Mapping[str, str]) -> float:
    """How long workers drain, in seconds.

    Not before the end: whoever forks after the settings were read hands them on to its children,
    which have others. With settings that nobody can read there is no worker that could drain.
    """
    try:
        from downbeat.settings.environment import read

        return read(given).seconds("DRAIN_SECONDS")
    except BadSetting:
        return 0.0


def _run_command(arguments: tuple[str, ...]) -> int:
    """The command line, inside of a fork."""
    from downbeat.cli.main import run

    return run(arguments)


def listening(options: Options) -> socket.socket:
    """The web process's socket, bound by us so that it outlives that process."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((options.host, options.port))
    except OSError:
        door.close()
        raise PortTaken(port=options.port, host=options.host) from None
    door.listen(BACKLOG)
    return door


def say(text: str) -> None:
    """Tells the operator."""
    print(text, flush=True)
