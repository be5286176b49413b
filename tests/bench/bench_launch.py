"""What it costs to start a task's process: latency and throughput of both launchers, side by side.

Run: python -m tests.bench.bench_launch
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from executions.worker.bubblewrap_launcher import sandbox_works
from executions.worker.runner import AttemptRunner
from executions.worker.start import launcher_for
from executions.worker.work import Ending, Work
from tests.support.attempts import HandControl, python, settings_in, shell, work_of
from tests.support.memory_channel import MemoryChannel

FIBONACCI = """
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

print(fibonacci(10))
"""
PANDAS = "import pandas as pd\nprint(len(pd.DataFrame({'a': [1, 2, 3]})))"
SLOTS = 4


def main() -> None:
    """Prints a table; the last column compares with a fresh interpreter."""
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        bare = _milliseconds(_bare_interpreter, times=15)
        print(f"{'fresh python -c':<34} {_shown(bare)}")
        for name in ("process", "bubblewrap"):
            if name == "bubblewrap" and not sandbox_works(settings_in(folder)):
                print("bubblewrap does not work on this machine")
                continue
            _launcher(name, folder / name, statistics.median(bare))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _launcher(name: str, folder: Path, bare: float) -> None:
    settings = settings_in(folder, launcher=name, test_types=True, idle_processes=SLOTS)
    launcher = launcher_for(settings)
    runner = AttemptRunner(MemoryChannel(), launcher, settings)
    plugin = work_of("io.kestra.core.runners.test.TaskWithAlias", message="hello")
    try:
        for title, work, times in (
            ("light python script", python(FIBONACCI), 60),
            ("python script with pandas", python(PANDAS), 20),
            ("shell script", shell("echo 55"), 40),
            ("task of a plug-in", plugin, 40),
        ):
            _run(runner, work)
            found = _milliseconds(lambda work=work: _run(runner, work), times=times)  # type: ignore[misc]
            ratio = statistics.median(found) / bare
            print(f"{name + ': ' + title:<34} {_shown(found)}   {ratio:.2f} of a fresh interpreter")
        rate = _throughput(runner, python(FIBONACCI), 200)
        print(f"{name + ': light scripts, ' + str(SLOTS) + ' at once':<34} {rate:.0f} a second")
    finally:
        launcher.close()


def _run(runner: AttemptRunner, work: Work) -> None:
    result = runner.run(work, HandControl())
    if result.ending is not Ending.SUCCESS:
        raise SystemExit(f"{work.type_name} failed: {result.error}")


def _bare_interpreter() -> None:
    import subprocess

    subprocess.run([sys.executable, "-I", "-c", FIBONACCI], check=True, stdout=subprocess.DEVNULL)


def _milliseconds(action: Callable[[], None], *, times: int) -> list[float]:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        found.append((time.perf_counter() - started) * 1000)
    return found


def _throughput(runner: AttemptRunner, work: Work, count: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(SLOTS) as pool:
        list(pool.map(lambda _: _run(runner, work), range(count)))
    return count / (time.perf_counter() - started)


def _shown(found: list[float]) -> str:
    ordered = sorted(found)
    late = ordered[int(len(ordered) * 0.95) - 1]
    return f"median {statistics.median(found):7.1f} ms   p95 {late:7.1f} ms"


if __name__ == "__main__":
    main()
