"""`downbeat up` with stand-ins for web, worker and scheduler, and a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from downbeat.embedded import rooms
from downbeat.embedded.home import Home
from tests.acceptance.embedded.instance import Instance, eventually, free_port, is_alive

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def test_an_interrupt_stops_everything_that_was_started(instance: Instance) -> None:
    instance.start()
    postgres, others = instance.postgres_pid(), instance.everything()

    status = instance.stop(signal.SIGINT)

    assert status == 0
    assert len(others) == 4
    assert not any(is_alive(pid) for pid in [postgres, *others])


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_a_killed_process_is_started_again(instance: Instance, name: str) -> None:
    instance.start()
    first = instance.pids(name)[-1]

    os.kill(first, signal.SIGKILL)

    eventually(lambda: instance.pids(name)[-1] != first, instance.complaint)
    assert is_alive(instance.pids(name)[-1])


def test_a_client_waits_while_the_web_process_restarts(instance: Instance) -> None:
    instance.start()

    web = instance.pids("web")[-1]
    os.kill(web, signal.SIGKILL)
    eventually(lambda: not is_alive(web))

    assert instance.answers()


def test_a_killed_database_is_started_again(instance: Instance) -> None:
    instance.start()
    first = instance.postgres_pid()

    os.kill(first, signal.SIGKILL)

    eventually(lambda: _other_postgres(instance, first), instance.complaint)


def test_tasks_of_a_killed_worker_do_not_run_on(instance: Instance) -> None:
    instance.start()
    task = instance.pids("task")[-1]

    os.kill(instance.pids("worker")[-1], signal.SIGKILL)

    eventually(lambda: not is_alive(task))


def test_nothing_outlives_a_killed_supervisor(instance: Instance) -> None:
    instance.start()
    started = [instance.postgres_pid(), *instance.pids("web"), *instance.pids("scheduler")]

    instance.stop(signal.SIGKILL)

    eventually(lambda: not any(is_alive(pid) for pid in started))


def test_a_second_start_resumes_after_everything_was_killed(instance: Instance) -> None:
    instance.start()
    victims = [instance.postgres_pid(), *instance.everything()]
    instance.stop(signal.SIGKILL)
    for pid in victims:
        _kill(pid)

    instance.start()

    assert instance.answers()
    assert instance.pids("migrate") == instance.pids("migrate")[:1]  # migrated once only
    leftover = set(victims) & set(instance.everything())
    assert not leftover


def test_two_supervisors_of_one_home_refuse(instance: Instance) -> None:
    instance.start()
    second = Instance(instance.home, free_port())

    status = _run_aside(second)

    assert status == 1
    assert instance.answers()


def test_a_taken_port_is_named(instance: Instance) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", instance.port))
        other.listen()

        status = instance.launch().wait(60)

    assert status == 1
    assert "embedded.port_taken" in instance.printed
    assert str(instance.port) in instance.printed


def test_a_process_that_never_starts_ends_the_start_with_its_log(instance: Instance) -> None:
    instance.home.mkdir()
    (instance.home / "web.fails").touch()

    status = instance.launch().wait(60)

    assert status == 1
    assert "web was told to fail" in instance.printed
    assert not instance.everything()


def test_the_home_is_closed_to_others(instance: Instance) -> None:
    instance.start()

    for folder in ("run", "secrets", "logs", "storage"):
        assert stat.S_IMODE((instance.home / folder).stat().st_mode) == 0o700
    for secret in (instance.home / "secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((instance.home / "run" / "database.json").stat().st_mode) == 0o600


def test_a_long_path_below_a_closed_folder_works(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    instance = Instance(closed / ("x" * 150) / "home", free_port())
    instance.home.parent.mkdir()

    try:
        instance.start()

        assert instance.answers()
    finally:
        instance.stop()
        rooms.remove(Home(instance.home))


@ROOT_ONLY
def test_started_as_root_the_database_runs_as_somebody_else(instance: Instance) -> None:
    instance.start()

    owner = Path(f"/proc/{instance.postgres_pid()}").stat().st_uid

    assert owner != 0


def _other_postgres(instance: Instance, first: int) -> bool:
    try:
        pid = instance.postgres_pid()
    except (OSError, IndexError):
        return False
    return pid != first and is_alive(pid)


def _run_aside(second: Instance) -> int:
    """Runs a supervisor on a home that is in use, without touching the first one's output."""
    import subprocess
    import sys

    from tests.acceptance.embedded.instance import HERE

    command = [sys.executable, str(HERE / "run_up.py"), str(second.home), str(second.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "embedded.already_running" in done.stdout
    return done.returncode


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
