"""What a crash leaves behind is cleared away, and nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from downbeat.embedded import leftovers
from downbeat.embedded.home import Home
from downbeat.embedded.postmaster import PidFile, clear_leftover


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home."""
    found = Home(tmp_path / "home")
    found.prepare()
    return found


def _pid_file(data: Path, pid: int, status: str = "ready   ") -> None:
    lines = [str(pid), str(data), "1", "5432", "/run", "", "key", status]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")


def test_a_pid_file_that_names_a_stranger_is_removed_and_the_stranger_lives(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["sleep", "100"]) as stranger:
        _pid_file(tmp_path, stranger.pid)

        clear_leftover(tmp_path)

        assert stranger.poll() is None
        stranger.kill()
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_server_is_ready_when_its_own_pid_file_says_so(tmp_path: Path) -> None:
    _pid_file(tmp_path, 7, "starting")
    starting = PidFile.of(tmp_path).is_ready(7)
    _pid_file(tmp_path, 7)

    assert not starting
    assert PidFile.of(tmp_path).is_ready(7)
    assert not PidFile.of(tmp_path).is_ready(8)


def test_a_remembered_process_is_ended(home: Home) -> None:
    with subprocess.Popen(["sleep", "100"], start_new_session=True) as ours:
        leftovers.remember(home, [ours.pid])

        ended = leftovers.end(home)

        assert ended == [ours.pid]
        assert ours.wait(10) == -9


def test_a_process_with_a_reused_number_is_left_alone(home: Home) -> None:
    leftovers.remember(home, [os.getpid()])
    text = (home.run / leftovers.RECORD).read_text()
    start = leftovers.start_time(os.getpid())
    (home.run / leftovers.RECORD).write_text(text.replace(f'"{start}"', '"1"'))

    assert leftovers.end(home) == []


def test_children_are_found(home: Home) -> None:
    with subprocess.Popen(["sleep", "100"]) as child:
        assert child.pid in leftovers.children_of(os.getpid())
        child.kill()
