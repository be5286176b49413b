"""Scripts that take what they can: memory, processes, descriptors, logs, other people's secrets."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from executions.worker.settings import Ceilings, LogLimits
from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, bench_with, eventually
from tests.support.attempts import limited, python, shell

MIB = 1024 * 1024
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the user of tasks")


@pytest.fixture(scope="module")
def tight(folder: Path) -> Iterator[Bench]:
    ceilings = Ceilings(memory=512 * MIB, processes=40, file_size=5 * MIB)
    logs = LogLimits(lines_per_second=2_000, burst=4_000)
    # A user of its own: the kernel counts processes per user, whoever started them.
    found = bench_with(folder / "tight", ceilings=ceilings, log=logs, task_uid=54_321)
    yield found
    found.launcher.close()


def own_peak() -> int:
    """The largest memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_too_much_memory_ends_the_script_not_the_worker(tight: Bench) -> None:
    result = tight.run(limited(python("x = bytearray(2_000_000_000)"), 20))

    assert result.ending is Ending.FAILED
    assert "MemoryError" in tight.channel.text()


@as_root
def test_a_fork_bomb_is_bounded_and_nobody_survives(tight: Bench) -> None:
    bomb = "import os, time\nwhile True:\n    try:\n        os.fork()\n    except OSError: time.sleep(0.01)"

    result = tight.run(limited(python(bomb), 1))

    assert result.reason == "timeout"
    assert eventually(lambda: not _running_python_children(tight), 4)
    assert tight.run(python("print('fine')")).ending is Ending.SUCCESS


def _running_python_children(bench: Bench) -> list[str]:
    """Working directories of processes that still run in a directory of an attempt that is over."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                place = os.readlink(f"/proc/{entry}/cwd")
            except OSError:
                continue
            if place.startswith(str(bench.settings.scratch)) and place.endswith("(deleted)"):
                found.append(place)
    return found


def test_a_line_of_200_megabytes_is_cut_and_costs_no_memory(plain: Bench) -> None:
    before = own_peak()

    result = plain.run(
        python(
            "import sys\nfor _ in range(200): sys.stdout.write('x' * 1_000_000)\nprint()\nprint('end')"
        )
    )

    assert result.ending is Ending.SUCCESS
    assert plain.channel.messages()[-1] == "end"
    assert "omitted" in plain.channel.messages()[0]
    assert own_peak() - before < 64 * MIB


def test_a_million_lines_are_bounded_and_the_loss_is_told(tight: Bench) -> None:
    tight.channel.lines.clear()
    before, started = own_peak(), time.monotonic()

    result = tight.run(shell("yes 'a line of the flood' | head -n 1000000; echo last"))

    assert result.ending is Ending.SUCCESS
    assert result.outputs["stdOutLineCount"] == 1_000_001
    assert any("lines omitted" in text for text in tight.channel.messages())
    assert own_peak() - before < 64 * MIB
    assert time.monotonic() - started < 30


def test_bytes_that_are_no_text_do_no_harm(plain: Bench) -> None:
    result = plain.run(
        shell(r"printf 'a\377\376b\000c\n'; head -c 100000 /dev/urandom; echo; echo ok")
    )

    assert result.ending is Ending.SUCCESS
    assert plain.channel.messages()[0] == "a\\xff\\xfeb\ufffdc"
    assert plain.channel.messages()[-1] == "ok"


def test_a_report_that_is_too_large_is_dropped_with_a_word(plain: Bench) -> None:
    source = "print('::{\"outputs\": {\"x\": \"' + 'y' * 9_000_000 + '\"}}::'); print('end')"

    result = plain.run(python(source))

    assert result.ending is Ending.SUCCESS
    assert result.outputs["vars"] == {}
    assert plain.channel.messages()[-1] == "end"


def test_a_secret_is_hidden_wherever_it_appears(bench: Bench) -> None:
    source = """
import base64, sys, time, json
value = "{{ secret('TOKEN') }}"
print(value)
for letter in value:
    sys.stdout.write(letter); sys.stdout.flush()
print()
print(base64.b64encode(b"x" + value.encode() + b"tail").decode(), value.encode().hex())
print('::' + json.dumps({"outputs": {"leak": {"deep": ["is " + value]}}}) + '::')
raise ValueError(value)
"""
    result = bench.run(python(source))

    assert result.ending is Ending.FAILED
    assert "s3cr3t" not in bench.channel.text()
    assert "czNjcjN0" not in bench.channel.text()
    assert "733363723374" not in bench.channel.text()
    assert result.outputs["vars"] == {"leak": {"deep": ["is ******"]}}


def test_a_secret_input_is_hidden_too(bench: Bench) -> None:
    work = replace(
        shell("echo {{ inputs.pin }}", context={"inputs": {"pin": "pin-code-99"}}),
        masked=("pin-code-99",),
    )

    bench.run(work)

    assert bench.channel.messages() == ["******"]


def test_no_process_shows_the_environment_of_the_worker(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD_CANARY", "hunter2")
    source = """
import glob, os
seen = 0
for name in glob.glob("/proc/[0-9]*/environ"):
    try:
        text = open(name, "rb").read()
    except OSError:
        continue
    seen += 1
    assert b"CANARY" not in text, name
print(os.getuid(), "CANARY" in str(dict(os.environ)))
"""
    result = bench.run(python(source))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages()[0].endswith("False")


@as_root
def test_tasks_are_not_root_and_cannot_become_it(bench: Bench) -> None:
    result = bench.run(
        shell(
            "id -u; grep -E 'NoNewPrivs|CapEff' /proc/self/status; ls /root 2>&1 || true; ulimit -c"
        )
    )

    text = bench.channel.messages()
    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert text[0] != "0"
    assert "NoNewPrivs:\t1" in text
    assert "CapEff:\t0000000000000000" in text
    assert text[-1] == "0"


@as_root
def test_the_folders_of_other_attempts_are_closed(bench: Bench) -> None:
    bench.launcher.warm  # noqa: B018 - the bench is up
    source = f"""
import os
scratch = {str(bench.settings.scratch)!r}
try:
    print("list", os.listdir(scratch) == [os.path.basename(os.getcwd())])
except OSError as error:
    print("list", True)
"""
    bench.run(python(source))

    assert bench.channel.messages() == ["list True"]


def test_descriptors_of_the_worker_are_not_inherited(bench: Bench) -> None:
    bench.run(
        shell(
            "ls -l /proc/self/fd | tail -n +2 | awk '{print $NF}' | grep -v pipe: | grep -v /proc/ || true"
        )
    )

    assert set(bench.channel.messages()) <= {"/dev/null"}


def test_nothing_is_left_of_the_working_directory(bench: Bench) -> None:
    bench.run(shell("pwd; mkdir -p a/b; touch a/b/c; chmod 000 a"))
    place = Path(bench.channel.messages()[0])

    assert eventually(lambda: not place.exists())


def test_a_link_out_of_the_directory_is_no_output(bench: Bench) -> None:
    result = bench.run(
        shell(
            "ln -s /etc/passwd out.txt; ln -s /etc folder; echo ok > real.txt", outputFiles=["**"]
        )
    )

    assert list(result.outputs["outputFiles"]) == ["real.txt"]


def test_a_sandbox_sees_neither_other_processes_nor_the_host(
    shared_bench: Bench, bench: Bench
) -> None:
    if shared_bench.settings.launcher != "bubblewrap":
        pytest.skip("a plain process has no walls")
    source = """
import os
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[-1] < 10)
print(os.path.exists("/etc/shadow"), os.path.exists("/home"), os.path.exists("/root/.ssh"))
for path in ("/usr/x", "/etc/x", "/x"):
    try:
        open(path, "w"); print("wrote", path)
    except OSError: pass
import ctypes
print(ctypes.CDLL(None).unshare(0x10000000))
"""
    result = bench.run(python(source))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["True", "False False False", "-1"]
