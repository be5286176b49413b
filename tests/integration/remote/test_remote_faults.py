"""What a remote worker does when it is killed, cut off, revoked or told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Any

from tests.integration.remote.conftest import PATIENCE, Group, answering, group_of
from tests.integration.remote.test_remote_worker import placed
from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_faults import counted, has_begun, lines
from tests.integration.runtime.test_worker import open_folder, shell
from tests.support.cast import Cast
from tests.support.remote_workers import RemoteWorkers
from tests.support.stranger import eventually
from tests.support.tcp_proxy import wire_to


def started(remotes: RemoteWorkers, url: str, far: Group, *options: str) -> Any:
    """A worker of one slot, which has registered."""
    known = len(far.alive())
    process = remotes.start(url, far.token, *options, slots=1)
    eventually(lambda: len(far.alive()) > known, PATIENCE, remotes.printed)
    return process


def states(shown: Any) -> list[str]:
    """How the attempts of the only task ended."""
    return [item["state"]["current"] for item in shown["taskRunList"][0]["attempts"]]


def test_a_killed_worker_is_replaced_and_the_task_has_one_good_end(
    far: Group, runs: Runs, remotes: RemoteWorkers, url: str
) -> None:
    folder = open_folder()
    doomed = started(remotes, url, far)
    runs.deploy(placed(far, counted(folder, "lost", "3")))
    id = runs.start("lost")
    has_begun(folder, "lost")

    os.kill(doomed.pid, signal.SIGKILL)
    remotes.start(url, far.token, slots=1)
    shown = runs.finished(id, PATIENCE)

    assert shown["state"]["current"] == "SUCCESS"
    assert states(shown) == ["FAILED", "SUCCESS"]
    assert lines(folder, "lost").count("ended") == 1


def test_a_cut_wire_loses_nothing_and_doubles_nothing(
    far: Group, runs: Runs, remotes: RemoteWorkers, port: int
) -> None:
    folder = open_folder()
    script = f'"for i in 1 2 3 4 5 6; do echo line $i; echo $i >> {folder}/cut; sleep 0.5; done"'
    runs.deploy(placed(far, shell("cut", script)))
    with wire_to(port) as wire:
        started(remotes, f"http://127.0.0.1:{wire.port}", far)
        id = runs.start("cut")
        has_begun(folder, "cut")

        wire.cut()
        eventually(lambda: "6" in lines(folder, "cut"), PATIENCE)
        wire.mend()
        shown = runs.finished(id, PATIENCE)

    assert (shown["state"]["current"], states(shown)) == ("SUCCESS", ["SUCCESS"])
    assert lines(folder, "cut") == list("123456")
    assert runs.logs(id) == [f"line {i}" for i in range(1, 7)]


def test_a_wire_that_is_cut_for_longer_than_a_lease_gives_the_task_to_another(
    far: Group, runs: Runs, remotes: RemoteWorkers, port: int, url: str
) -> None:
    folder = open_folder()
    runs.deploy(placed(far, counted(folder, "gone", "14")))
    with wire_to(port) as wire:
        started(remotes, f"http://127.0.0.1:{wire.port}", far)
        id = runs.start("gone")
        has_begun(folder, "gone")

        wire.cut()
        remotes.start(url, far.token, slots=1)
        shown = runs.finished(id, PATIENCE)

    assert (shown["state"]["current"], states(shown)) == ("SUCCESS", ["FAILED", "SUCCESS"])
    assert lines(folder, "gone").count("ended") == 1


def test_a_revoked_worker_stops_its_tasks_and_goes(
    far: Group, runs: Runs, remotes: RemoteWorkers, url: str
) -> None:
    folder = open_folder()
    process = started(remotes, url, far)
    runs.deploy(placed(far, counted(folder, "revoked", "600")))
    id = runs.start("revoked")
    has_begun(folder, "revoked")

    far.owner.post(f"{far.api}/worker-groups/{far.id}/tokens/{far.token_id}/revoke")
    code = process.wait(PATIENCE)

    assert code == 3
    assert not processes_of(f"{folder}/revoked")
    runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}/actions/kill")


def test_a_worker_that_is_told_to_stop_gives_its_task_back(
    far: Group, runs: Runs, remotes: RemoteWorkers, crew: Processes
) -> None:
    # Here a lease outlives the test, however crowded the machine: nothing else gives the task back.
    lasting = f"http://127.0.0.1:{answering(crew, DOWNBEAT_LEASE_SECONDS='3600')}"
    folder = open_folder()
    process = started(remotes, lasting, far, "--drain", "0.2")
    runs.deploy(placed(far, counted(folder, "given", "4")))
    id = runs.start("given")
    has_begun(folder, "given")

    process.send_signal(signal.SIGTERM)
    code = process.wait(PATIENCE)
    remotes.start(lasting, far.token, slots=1)
    shown = runs.finished(id, PATIENCE)

    assert code == 0
    assert (shown["state"]["current"], states(shown)) == ("SUCCESS", ["SUCCESS"])
    assert {one["state"] for one in far.workers()} == {"STOPPED", "READY"}


def test_a_drained_worker_finishes_and_claims_nothing_more(
    far: Group, runs: Runs, remotes: RemoteWorkers, url: str
) -> None:
    folder = open_folder()
    started(remotes, url, far)
    (shown,) = far.alive()
    drain = f"{far.api}/worker-groups/{far.id}/workers/{shown['id']}/drain"
    for name in ("first", "second"):
        runs.deploy(placed(far, counted(folder, name, "1")))
    first = runs.start("first")
    has_begun(folder, "first")

    assert far.owner.post(drain).json()["state"] == "DRAINING"
    second = runs.start("second")
    assert runs.finished(first, PATIENCE)["state"]["current"] == "SUCCESS"
    time.sleep(1)
    assert not lines(folder, "second")
    far.owner.delete(drain)

    assert runs.finished(second, PATIENCE)["state"]["current"] == "SUCCESS"


def test_two_tenants_with_groups_of_one_key_have_their_own_workers(
    far_cast: Cast, remotes: RemoteWorkers, url: str
) -> None:
    key = f"twin-{time.monotonic_ns()}"
    cast = far_cast
    sides = [
        (cast.alice, cast.api, group_of(cast, cast.alice, cast.api, key=key)),
        (cast.charlie, cast.other_api, group_of(cast, cast.charlie, cast.other_api, key=key)),
    ]
    for _, _, group in sides:
        started(remotes, url, group)
    ids = []
    for member, api, group in sides:
        source = placed(group, shell("twin", "'true'"))
        assert member.post(f"{api}/flows", source, type="application/x-yaml").status_code < 300
        ids.append(
            [member.post(f"{api}/executions/company.data/twin").json()["id"] for _ in range(4)]
        )

    for (member, api, group), mine in zip(sides, ids, strict=True):
        (own,) = [one["id"] for one in group.alive()]
        for id in mine:
            eventually(lambda: _ended(member, api, id), PATIENCE, remotes.printed)  # noqa: B023
            shown = member.get(f"{api}/executions/{id}").json()
            attempts = shown["taskRunList"][0]["attempts"]
            assert [one["workerId"] for one in attempts] == [own]


def _ended(member: Any, api: str, id: str) -> bool:
    return "endDate" in member.get(f"{api}/executions/{id}").json()["state"]


def processes_of(text: str) -> list[str]:
    """Command lines of living processes that hold a text."""
    found = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [line for line in found if text in line]
