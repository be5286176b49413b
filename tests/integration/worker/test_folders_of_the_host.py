"""Tasks and triggers on folders of the host: what is allowed is done, all else is refused."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from executions.worker.work import Ending, Work
from tests.integration.worker.conftest import Bench, failed
from tests.support.attempts import work_of


def test_files_of_the_host_are_listed_copied_moved_and_deleted(worker: Bench, data: Path) -> None:
    (data / "a.csv").write_text("1")
    (data / "b.txt").write_text("22")

    listed = worker.run(work_of("fs.local.List", **{"from": str(data), "regExp": ".*\\.csv"}))
    copied = worker.run(
        work_of("fs.local.Copy", **{"from": f"{data}/a.csv", "to": f"{data}/c.csv"})
    )
    moved = worker.run(work_of("fs.local.Move", **{"from": f"{data}/a.csv", "to": f"{data}/done/"}))
    deleted = worker.run(work_of("fs.local.Delete", **{"from": f"{data}/b.txt"}))

    assert [file["name"] for file in listed.outputs["files"]] == ["a.csv"], worker.channel.text()
    assert {r.ending for r in (copied, moved, deleted)} == {Ending.SUCCESS}, worker.channel.text()
    assert sorted(str(path.relative_to(data)) for path in data.rglob("*.*")) == [
        "c.csv",
        "done/a.csv",
    ]


def test_files_travel_to_storage_and_back(worker: Bench, data: Path) -> None:
    (data / "in.bin").write_bytes(b"\x00\x01\x02")

    down = worker.run(work_of("fs.local.Download", **{"from": f"{data}/in.bin"}))
    up = worker.run(
        work_of("fs.local.Upload", **{"from": down.outputs["uri"], "to": f"{data}/out/copy.bin"})
    )

    assert down.outputs["size"] == 3
    assert up.ending is Ending.SUCCESS, worker.channel.text()
    assert (data / "out" / "copy.bin").read_bytes() == b"\x00\x01\x02"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "{data}/../x", "{data}/link/passwd", "/proc/1/environ"]
)
def test_paths_beyond_the_allowed_folders_are_refused(worker: Bench, data: Path, path: str) -> None:
    if "link" in path:
        (data / "link").symlink_to("/etc")

    result = worker.run(work_of("fs.local.Download", **{"from": path.format(data=data)}))

    assert failed(result, "not among the folders"), result


def test_a_namespace_without_folders_may_touch_none(worker: Bench, data: Path) -> None:
    work = work_of("fs.local.List", **{"from": str(data)})

    result = worker.run(replace(work, info=replace(work.info, namespace="other.team")))

    assert failed(result, "not among the folders")


def poll_of(data: Path, state: dict[str, Any] | None, **properties: Any) -> Work:
    work = work_of("fs.local.Trigger", **{"from": str(data), "interval": "PT1S", **properties})
    return replace(work, kind="poll", remembered=state or {})


def settled(path: Path, text: str) -> None:
    path.write_text(text)
    old = time.time() - 10
    os.utime(path, (old, old))


def test_a_file_that_lands_fires_once_and_again_when_it_changes(worker: Bench, data: Path) -> None:
    settled(data / "one.csv", "1")

    first = worker.run(poll_of(data, None)).outputs
    again = worker.run(poll_of(data, first["state"])).outputs
    settled(data / "one.csv", "12")
    changed = worker.run(poll_of(data, first["state"])).outputs

    files = first["fired"][0]["variables"]["files"]
    assert [(file["name"], file["changeType"]) for file in files] == [("one.csv", "CREATE")]
    assert worker.channel.files[files[0]["uri"]] == b"1"
    assert again["fired"] == []
    assert changed["fired"][0]["variables"]["files"][0]["changeType"] == "UPDATE"
    assert changed["fired"][0]["key"] != first["fired"][0]["key"]


def test_the_same_news_have_the_same_key(worker: Bench, data: Path) -> None:
    settled(data / "one.csv", "1")

    first, second = (worker.run(poll_of(data, None)).outputs for _ in range(2))

    assert first["fired"][0]["key"] == second["fired"][0]["key"]


def test_a_file_is_taken_away_only_after_its_execution_is_stored(worker: Bench, data: Path) -> None:
    settled(data / "one.csv", "1")
    wanted = {"action": "MOVE", "moveDirectory": str(data / "done"), "regExp": ".*\\.csv"}

    first = worker.run(poll_of(data, None, **wanted)).outputs
    assert (data / "one.csv").exists()
    assert first["more"]
    second = worker.run(poll_of(data, first["state"], **wanted)).outputs

    assert not (data / "one.csv").exists()
    assert (data / "done" / "one.csv").exists()
    assert (second["fired"], second["more"]) == ([], False)


def test_more_files_than_one_poll_takes_come_with_the_next(worker: Bench, data: Path) -> None:
    for number in range(5):
        settled(data / f"{number}.csv", str(number))

    first = worker.run(poll_of(data, None, maxFiles=3)).outputs
    second = worker.run(poll_of(data, first["state"], maxFiles=3)).outputs

    assert [len(found["fired"][0]["variables"]["files"]) for found in (first, second)] == [3, 2]
    assert (first["more"], second["more"]) == (True, False)


def test_files_of_one_name_in_two_folders_stay_two_files(worker: Bench, data: Path) -> None:
    for folder in ("north", "south"):
        (data / folder).mkdir()
        settled(data / folder / "sales.csv", folder)

    down = worker.run(work_of("fs.local.Downloads", **{"from": str(data), "recursive": True}))
    polled = worker.run(poll_of(data, None, recursive=True))

    shown = polled.outputs["fired"][0]["variables"]["files"]
    for files in (down.outputs["files"], shown):
        contents = {worker.channel.files[file["uri"]] for file in files}
        assert contents == {b"north", b"south"}
        assert {file["uri"].rsplit("/", 1)[-1] for file in files} == {"sales.csv"}


def test_a_file_that_was_forgotten_fires_again_as_another_cause(worker: Bench, data: Path) -> None:
    settled(data / "a.csv", "1")
    first = worker.run(poll_of(data, None, stateTtl="P1D")).outputs
    state = first["state"]
    long_ago = {path: [mark, at - 100_000] for path, (mark, at) in state["seen"].items()}

    again = worker.run(poll_of(data, {**state, "seen": long_ago}, stateTtl="P1D")).outputs

    assert again["fired"][0]["key"] != first["fired"][0]["key"]
