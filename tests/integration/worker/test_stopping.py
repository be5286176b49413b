"""Attempts that are stopped: by time, by a person, by the end of their parent or of the worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from executions.worker.child import reaping
from executions.worker.work import AttemptResult, Ending, Work
from tests.integration.worker.conftest import Bench, eventually
from tests.support.attempts import HandControl, limited, python, shell


def processes_named(mark: str) -> list[int]:
    """Living processes whose command line holds a mark."""
    found = []
    for pid in reaping.parents():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in line and pid != os.getpid():
            found.append(pid)
    return found


def run_until_it_talks(bench: Bench, work: Work, control: HandControl) -> list[AttemptResult]:
    """Starts work in a thread and returns when its first line was heard."""
    results: list[AttemptResult] = []
    thread = threading.Thread(target=lambda: results.append(bench.run(work, control)))
    thread.start()
    assert eventually(lambda: bench.channel.lines, 60)
    results_thread[id(results)] = thread
    return results


results_thread: dict[int, threading.Thread] = {}


def join(results: list[AttemptResult]) -> AttemptResult:
    results_thread.pop(id(results)).join(10)
    return results[0]


def test_a_timeout_is_hard(bench: Bench) -> None:
    started = time.monotonic()

    result = bench.run(limited(python("while True: pass"), 0.5))

    assert (result.ending, result.reason) == (Ending.FAILED, "timeout")
    assert "longer than PT0.5S" in (result.error or "")
    assert time.monotonic() - started < 2.5


def test_the_timeout_of_the_task_itself_counts(bench: Bench) -> None:
    result = bench.run(shell("sleep 1010", timeout="PT0.3S"))

    assert result.reason == "timeout"
    assert eventually(lambda: not processes_named("1010"))


def test_a_kill_reaches_the_running_process_within_a_second(bench: Bench) -> None:
    control = HandControl()
    results = run_until_it_talks(bench, shell("echo up; sleep 1020"), control)

    asked = time.monotonic()
    control.kill()
    result = join(results)

    assert result.ending is Ending.KILLED
    assert time.monotonic() - asked < 1.0
    assert eventually(lambda: not processes_named("1020"), 2)


def test_a_task_that_ignores_the_polite_signal_is_killed(bench: Bench) -> None:
    control = HandControl()
    source = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up")
time.sleep(1000)
"""
    results = run_until_it_talks(bench, python(source), control)

    asked = time.monotonic()
    control.kill()

    assert join(results).ending is Ending.KILLED
    assert time.monotonic() - asked < 2.0


def test_a_task_may_clean_up_when_it_is_asked_to_end(bench: Bench) -> None:
    control = HandControl()
    work = shell("trap 'echo cleaned; exit 0' TERM; echo up; while true; do sleep 0.05; done")
    results = run_until_it_talks(bench, work, control)

    control.kill()
    result = join(results)

    assert result.ending is Ending.KILLED
    assert "cleaned" in bench.channel.messages()


def test_what_a_finished_task_left_running_is_ended(bench: Bench) -> None:
    daemon = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "1030"])
    os._exit(0)
os.wait()
print("left")
"""
    result = bench.run(python(daemon))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert eventually(lambda: not processes_named("1030"), 2)


def test_a_task_that_dies_by_a_signal_fails_and_says_so(bench: Bench) -> None:
    result = bench.run(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))

    assert (result.ending, result.reason) == (Ending.FAILED, "exit")
    assert result.outputs["exitCode"] == 139


def test_a_task_process_that_is_killed_from_outside_fails_its_attempt_only(plain: Bench) -> None:
    results = run_until_it_talks(plain, shell("echo $$; exec sleep 1040"), HandControl())

    os.kill(int(plain.channel.messages()[0]), signal.SIGKILL)
    result = join(results)

    assert result.ending is Ending.FAILED
    assert "signal 9" in (result.error or "")
    assert plain.run(python("print('next')")).ending is Ending.SUCCESS


def test_the_parent_of_tasks_may_die_and_is_replaced(plain: Bench) -> None:
    results = run_until_it_talks(plain, shell("echo up; sleep 1050"), HandControl())
    zygotes = [
        pid
        for pid in processes_named("child/zygote.py")
        if reaping.parents().get(pid) == os.getpid()
    ]

    for pid in zygotes:
        os.kill(pid, signal.SIGKILL)
    lost = join(results)

    assert lost.ending is Ending.FAILED
    assert plain.run(python("print('again')")).ending is Ending.SUCCESS
    assert eventually(lambda: not processes_named("1050"), 2)


WORKER = """
import sys, tempfile
from pathlib import Path
from executions.worker.runner import AttemptRunner
from executions.worker.start import launcher_for
from tests.support.attempts import HandControl, settings_in, shell
from tests.support.memory_channel import MemoryChannel

class Loud(MemoryChannel):
    def log(self, records):
        super().log(records)
        print("heard", flush=True)

settings = settings_in(Path(sys.argv[1]), launcher=sys.argv[2])
channel = Loud()
launcher = launcher_for(settings)
AttemptRunner(channel, launcher, settings).run(
    shell("(setsid sleep 1060 &) ; (sleep 1060 &); echo up; sleep 1060"), HandControl()
)
"""


def test_nothing_survives_a_worker_that_is_killed(bench: Bench, folder: Path) -> None:
    launcher = bench.settings.launcher
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder / f"killed-{launcher}"), launcher],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"heard\n"
    assert len(processes_named("1060")) >= 3

    worker.kill()
    worker.wait()

    assert eventually(lambda: not processes_named("1060"), 2)
    assert eventually(lambda: not processes_named(f"killed-{launcher}"), 2)


def test_a_lease_that_is_over_ends_the_attempt_quietly(bench: Bench) -> None:
    control = HandControl()
    results = run_until_it_talks(
        bench, shell("echo up; while true; do echo more; sleep 0.05; done"), control
    )

    bench.channel.lease_lost = True
    result = join(results)

    assert (result.ending, result.reason) == (Ending.KILLED, "lease_lost")


def test_an_attempt_that_is_killed_before_its_start_starts_nothing(bench: Bench) -> None:
    control = HandControl()
    control.kill()

    result = bench.run(python("print('never')"), control)

    assert result.ending is Ending.KILLED
    assert bench.channel.lines == []
