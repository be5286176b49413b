"""Which launcher runs what, and when a start is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from executions.worker.bubblewrap_launcher import sandbox_argv, sandbox_works
from executions.worker.launching import Flavour
from executions.worker.start import launcher_for
from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, bench_with, eventually
from tests.integration.worker.test_stopping import processes_named
from tests.support.attempts import python, settings_in, work_of


def test_plain_processes_are_refused_when_there_are_more_tenants(folder: Path) -> None:
    crowded = bench_with(folder / "crowded", many_tenants=lambda: True)
    try:
        result = crowded.run(python("print(1)"))
    finally:
        crowded.launcher.close()

    assert (result.ending, result.reason) == (Ending.FAILED, "launcher.refused")
    assert "DOWNBEAT_ALLOW_PROCESS_LAUNCHER" in (result.error or "")


def test_the_operator_may_allow_plain_processes(folder: Path) -> None:
    allowed = bench_with(folder / "allowed", many_tenants=lambda: True, allow_process_launcher=True)
    try:
        assert allowed.run(python("print(1)")).ending is Ending.SUCCESS
    finally:
        allowed.launcher.close()


@pytest.fixture(scope="module")
def walled(folder: Path) -> Iterator[Bench]:
    """Sandboxes on an instance with several tenants."""
    if not sandbox_works(settings_in(folder)):
        pytest.skip("bubblewrap does not work on this machine")
    data = folder / "walled-data"
    data.mkdir()
    data.chmod(0o777)
    (data / "a.csv").write_text("1")
    found = bench_with(
        folder / "walled",
        launcher="bubblewrap",
        many_tenants=lambda: True,
        local_paths={"company.*": (str(data),)},
    )
    yield found
    found.launcher.close()


def test_tasks_of_plugins_are_walled_in_when_there_are_more_tenants(
    walled: Bench, folder: Path
) -> None:
    inside = walled.run(work_of("fs.local.List", **{"from": str(folder / "walled-data")}))
    other = work_of("core.http.Request", uri="http://127.0.0.1:1/x")
    elsewhere = walled.run(replace(other, info=replace(other.info, namespace="other")))

    assert [file["name"] for file in inside.outputs["files"]] == ["a.csv"], inside
    assert "The request failed" in (elsewhere.error or "")


def test_the_sandbox_gives_exactly_this() -> None:
    words = sandbox_argv(
        python=Path("/venv/bin/python"),
        workdir=Path("/scratch/1"),
        readable=("/venv",),
        writable=("/data",),
        network=False,
        filter_fd=4,
    )

    line = " ".join(words)
    assert line.split(" --")[1:5] == [
        "unshare-all",
        "unshare-user",
        "disable-userns",
        "die-with-parent",
    ]
    assert "--share-net" not in line
    assert "--cap-drop ALL --clearenv" in line
    assert "--ro-bind-try /venv /venv --bind /scratch/1 /scratch/1 --bind /data /data" in line
    assert "--remount-ro / --chdir /scratch/1 --seccomp 4 -- /venv/bin/python -I -B" in line
    assert [w for w in words if w.startswith("/etc")] and "/etc/shadow" not in line
    assert "/etc/passwd" not in line


def test_an_idle_parent_gives_its_memory_back(folder: Path) -> None:
    lazy = bench_with(folder / "lazy", retire_after=timedelta(milliseconds=200), test_types=True)
    try:
        result = lazy.run(work_of("io.kestra.core.tasks.test.NullOutputTask"))
        assert result.outputs == {"value": None}
        assert eventually(lambda: len(_zygotes(folder / "lazy")) == 0, 10)
        again = lazy.run(work_of("io.kestra.core.tasks.test.NullOutputTask"))
        assert again.ending is Ending.SUCCESS
    finally:
        lazy.launcher.close()


def _zygotes(folder: Path) -> list[Path]:
    """Working directories that wait for a job: they exist while a parent keeps children."""
    return [path for path in (folder / "scratch").iterdir() if path.is_dir()]


def test_what_a_dead_worker_left_is_cleared_at_the_next_start(folder: Path) -> None:
    settings = settings_in(folder / "stale")
    left = settings.scratch / "999999-1"
    left.mkdir(parents=True)

    launcher_for(settings).close()

    assert not left.exists()


def test_closing_ends_every_process(folder: Path) -> None:
    bench = bench_with(folder / "closing")
    bench.launcher.warm(Flavour.SCRIPT)
    assert bench.run(python("print(1)")).ending is Ending.SUCCESS

    bench.launcher.close()

    assert eventually(lambda: not _zygotes(folder / "closing"))
    assert not processes_named(str(folder / "closing"))


def test_tasks_that_share_a_directory_are_walled_in_too(walled: Bench, folder: Path) -> None:
    secret = folder / "beside.txt"
    secret.write_text("of somebody else")
    secret.chmod(0o644)
    tasks = [
        {"id": "put", "type": "core.storage.LocalFiles", "inputs": {"a.txt": "shared"}},
        {"id": "look", "type": "scripts.shell.Script", "script": f"cat a.txt; ! cat {secret}"},
        {"id": "get", "type": "core.storage.LocalFiles", "outputs": ["a.txt"]},
    ]
    work = replace(work_of("core.flow.WorkingDirectory", tasks=tasks), kind="directory")

    result = walled.run(work)

    assert result.ending is Ending.SUCCESS, walled.channel.text()
    assert "of somebody else" not in walled.channel.text()
    assert list(result.children[2]["outputs"]["uris"]) == ["a.txt"]


@pytest.mark.parametrize(("many", "seen"), [(False, "operators"), (True, "nothing")])
def test_variables_of_the_operator_reach_tasks_of_a_single_tenant_only(
    folder: Path, many: bool, seen: str
) -> None:
    bench = bench_with(
        folder / f"lent-{many}",
        many_tenants=lambda: many,
        allow_process_launcher=True,
        task_environment={"VENDOR_KEY": "operators"},
    )
    script = "import os\nprint('found', os.environ.get('VENDOR_KEY', 'nothing'))"
    try:
        assert bench.run(python(script)).ending is Ending.SUCCESS
        assert f"found {seen}" in bench.channel.text()
    finally:
        bench.launcher.close()


@pytest.mark.parametrize(("chosen", "found"), [("auto", "guarded"), ("open", "open")])
def test_a_second_tenant_closes_the_way_to_private_addresses_at_once(
    folder: Path, chosen: str, found: str
) -> None:
    tenants = [1]
    settings = settings_in(folder, egress=chosen, many_tenants=lambda: len(tenants) > 1)

    alone = settings.reach()
    tenants.append(2)

    assert (alone, settings.reach()) == ("open", found)
