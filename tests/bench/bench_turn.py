"""Steps per second of the engine on a real database: quick tasks in a row, loops, fan-outs, many.

Run: ``python -m pytest tests/bench/bench_turn.py -s`` (prints; asserts only the ratio of loops).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.conftest import cast, database
from tests.integration.engine.conftest import stage
from tests.integration.engine.stage import Stage, succeed

__all__ = ["cast", "database", "stage"]

SEQUENCE = """
id: sequence{n}
namespace: company.data
tasks:
""" + "".join(
    f"  - id: t{i}\n    type: core.debug.Return\n    format: 'step {i}'\n" for i in range(40)
)
LOOP = """
id: loop{n}
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: "{{{{ range(1, {n}) }}}}"
    concurrencyLimit: {limit}
    tasks:
      - id: show
        type: core.debug.Return
        format: "{{{{ taskrun.value }}}}"
"""
STEPS = """
id: steps
namespace: company.data
tasks:
""" + "".join(
    f"  - id: t{i}\n    type: scripts.shell.Script\n    script: 'true'\n" for i in range(40)
)
FAN = (
    """
id: fan
namespace: company.data
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
"""
    + "".join(
        f"      - id: t{i}\n        type: scripts.shell.Script\n        script: 'true'\n"
        for i in range(100)
    )
    + """  - id: join
    type: core.debug.Return
    format: done
"""
)


@contextmanager
def timed(what: str, steps: int, found: dict[str, float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    found[what] = seconds / steps
    print(f"{what:40} {seconds * 1000:9.1f} ms  {seconds / steps * 1000:7.3f} ms/step")


@pytest.fixture
def found() -> dict[str, float]:
    return {}


def test_quick_tasks_in_a_row(stage: Stage, found: dict[str, float]) -> None:
    stage.deploy(SEQUENCE.format(n=""))
    for _ in range(3):
        id = stage.start("sequence")
        with timed("40 quick tasks in a row", 40, found):
            stage.turn(id)
        assert stage.state(id) == "SUCCESS"


def test_steps_of_a_worker(stage: Stage, found: dict[str, float]) -> None:
    stage.deploy(STEPS)
    for _ in range(3):
        id = stage.start("steps")
        with timed("40 worker steps, without the work", 40, found):
            claimed = stage.turn(id).claimed
            while claimed:
                claimed = stage.turn(results=[succeed(work) for work in claimed]).claimed
        assert stage.state(id) == "SUCCESS"


def test_fan_out(stage: Stage, found: dict[str, float]) -> None:
    stage.deploy(FAN)
    id = stage.start("fan")
    with timed("fan-out of 100 and a join, one by one", 102, found):
        claimed = stage.turn(id).claimed
        for work in claimed:
            stage.turn(results=[succeed(work)])
    assert stage.state(id) == "SUCCESS"


@pytest.mark.parametrize("limit", [1, 0])
def test_a_long_loop_costs_the_same_per_item(
    stage: Stage, found: dict[str, float], limit: int
) -> None:
    for n in (100, 100, 10_000):
        stage.deploy(LOOP.format(n=n, limit=limit))
        id = stage.start(f"loop{n}")
        with timed(f"loop of {n}, limit {limit}", n, found):
            outcome = stage.turn(id)
            while again := outcome.again | outcome.unfinished:
                outcome = stage.turn(*again)
        assert stage.state(id) == "SUCCESS"
    ratio = found[f"loop of 10000, limit {limit}"] / found[f"loop of 100, limit {limit}"]
    print(f"per item, 10,000 to 100: {ratio:.2f}")
    assert ratio < 1.5


def test_many_executions_at_once(stage: Stage, found: dict[str, float]) -> None:
    stage.deploy(LOOP.format(n=2, limit=0))
    with timed("300 starts", 300, found):
        ids = [stage.start("loop2") for _ in range(300)]
    with timed("300 executions of 3 runs", 300, found):
        stage.turn(*ids)
    assert {stage.state(id) for id in ids} == {"SUCCESS"}
