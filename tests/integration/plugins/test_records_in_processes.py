"""Expressions over records in real task processes: they see what they name, and nothing else."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from executions.worker.bubblewrap_launcher import sandbox_works
from executions.worker.runner import AttemptRunner
from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, bench_with
from tests.support.attempts import settings_in, work_of
from tests.support.memory_channel import MemoryChannel

ITEMS = "downbeat:///in/items.jsonl"


@pytest.fixture(scope="module", params=["process", "bubblewrap"])
def shared(request: pytest.FixtureRequest) -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(prefix="records-", dir="/tmp"))
    folder.chmod(0o755)
    if request.param == "bubblewrap" and not sandbox_works(settings_in(folder)):
        pytest.skip("bubblewrap does not work on this machine")
    # With more than one tenant, tasks of plug-ins are sandboxed too.
    many = request.param == "bubblewrap"
    found = bench_with(folder, launcher=request.param, many_tenants=lambda: many)
    yield found
    found.launcher.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def worker(shared: Bench) -> Bench:
    shared.channel = MemoryChannel(
        files={ITEMS: b"".join(json.dumps({"n": n}).encode() + b"\n" for n in range(10))},
        earlier_outputs={"limits": {"least": 3}, "never_named": {"x": 1}},
    )
    shared.runner = AttemptRunner(shared.channel, shared.launcher, shared.settings)
    return shared


def test_a_condition_sees_inputs_and_outputs_of_the_flow(worker: Bench) -> None:
    condition = "{{ n >= outputs.limits.least and n < inputs.most }}"
    context = {"inputs": {"most": 5}}
    facts = {"from": ITEMS, "filterCondition": condition, "context": context}

    result = worker.run(work_of("core.storage.FilterItems", **facts))

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    left = worker.channel.files[result.outputs["uri"]].splitlines()
    assert [json.loads(row)["n"] for row in left] == [3, 4]


def test_a_name_that_nobody_knows_fails_and_is_named(worker: Bench) -> None:
    facts = {"from": ITEMS, "filterCondition": "{{ m > 1 }}"}

    result = worker.run(work_of("core.storage.FilterItems", **facts))

    assert result.ending is Ending.FAILED
    assert "`m`" in (result.error or "") and "line 1" in (result.error or "")
