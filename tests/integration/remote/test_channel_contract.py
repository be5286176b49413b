"""What a worker may rely on, whichever way it talks to the platform."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from executions.worker.channel import LeaseLost
from executions.worker.work import AttemptResult, Ending, LogRecord
from tests.integration.remote.platforms import (
    Platform,
    beside_the_database,
    bytes_of,
    content_of,
    in_memory,
    over_http,
)
from tests.support.cast import Cast


@pytest.fixture(scope="module", params=["memory", "direct", "http"])
def shared(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """A platform whose attempt is held by all tests of this file but the last."""
    if request.param == "memory":
        yield in_memory()
        return
    cast: Cast = request.getfixturevalue("module_cast")
    made = beside_the_database if request.param == "direct" else over_http
    with made(cast) as found:
        yield found


@pytest.fixture
def it(shared: Platform) -> Platform:
    """The platform."""
    return shared


def line(it: Platform, seq: int, message: str) -> LogRecord:
    return LogRecord(it.key, "work", seq, "INFO", time.time(), message)


def test_outputs_of_named_tasks_are_whole_and_others_left_out(it: Platform) -> None:
    found = it.channel.outputs(it.key, ("before", "nowhere"))

    assert found == {"before": {"values": {"total": 7, "list": [1, "two"]}}}


def test_a_secret_is_told_and_a_missing_one_is_a_key_error(it: Platform) -> None:
    it.secret("FAR_AWAY", "very-secret-value")

    assert it.channel.secret(it.key, "FAR_AWAY", None) == "very-secret-value"
    with pytest.raises(KeyError):
        it.channel.secret(it.key, "NOWHERE", None)


def test_a_pair_keeps_its_type_and_a_missing_one_is_a_key_error(it: Platform) -> None:
    it.pair("settings", {"a": [1, 2.5, None, True], "$": "odd"})

    assert it.channel.kv(it.key, None, "settings") == {"a": [1, 2.5, None, True], "$": "odd"}
    with pytest.raises(KeyError):
        it.channel.kv(it.key, None, "nowhere")


def test_a_namespace_file_is_read_and_a_missing_one_is_said_to_be(it: Platform) -> None:
    it.file("notes.txt", b"from the namespace")

    assert content_of(it.channel.read(it.key, "notes.txt")) == b"from the namespace"
    with pytest.raises(FileNotFoundError):
        it.channel.read(it.key, "nowhere.txt")


def test_what_is_saved_is_read_again_byte_for_byte(it: Platform) -> None:
    content = os.urandom(3 * 1024 * 1024 + 17)

    uri = it.channel.save(it.key, "made by/task ü.bin", bytes_of(content))

    assert uri.startswith("downbeat:///")
    assert content_of(it.channel.read(it.key, uri)) == content


def test_a_file_is_kept_for_later_attempts(it: Platform) -> None:
    assert it.channel.kept(it.key, "cache.tar", None) is None
    it.channel.keep(it.key, "cache.tar", bytes_of(b"first"))
    it.channel.keep(it.key, "cache.tar", bytes_of(b"second"))

    found = it.channel.kept(it.key, "cache.tar", timedelta(hours=1))

    assert found is not None
    assert content_of(found) == b"second"


def test_namespace_files_are_found_by_globs(it: Platform) -> None:
    it.file("models/a.sql", b"select 1")
    it.file("models/b.txt", b"no")

    found = it.channel.namespace_files(it.key, "company.data", ["models/*"], ["*.txt"])

    assert [path.strip("/") for path in found] == ["models/a.sql"]


def test_lines_arrive_in_their_order(it: Platform) -> None:
    it.channel.log([line(it, seq, f"line {seq}") for seq in range(3)])

    assert it.lines()[:3] == [("INFO", f"line {seq}") for seq in range(3)]


def test_what_is_remembered_is_kept_for_the_next_attempt(it: Platform) -> None:
    it.channel.remember(it.key, {"job": "j-1", "parts": [1, 2]})

    assert it.remembered() == {"job": "j-1", "parts": [1, 2]}


def test_steps_of_a_trail_are_taken(it: Platform) -> None:
    it.channel.trail(it.key, kill={"reason": "killed", "deliveredAt": time.time()})
    it.channel.trail(it.key, remote={"stage": "started", "job": "j-1", "at": time.time()})


def test_a_result_is_handed_over(it: Platform) -> None:
    it.channel.complete(AttemptResult(it.key, Ending.SUCCESS))

    assert [result.key for result in it.results] == [it.key]


CALLS: dict[str, Callable[[Platform], Any]] = {
    "outputs": lambda it: it.channel.outputs(it.key, ("before",)),
    "secret": lambda it: it.channel.secret(it.key, "FAR_AWAY", None),
    "kv": lambda it: it.channel.kv(it.key, None, "settings"),
    "read": lambda it: it.channel.read(it.key, "notes.txt"),
    "save": lambda it: it.channel.save(it.key, "late.txt", bytes_of(b"late")),
    "kept": lambda it: it.channel.kept(it.key, "cache.tar", None),
    "keep": lambda it: it.channel.keep(it.key, "late.tar", bytes_of(b"late")),
    "namespace_files": lambda it: it.channel.namespace_files(it.key, "company.data", [], []),
    "request": lambda it: it.channel.request(it.key, "kv.keys", {}),
    "remember": lambda it: it.channel.remember(it.key, {}),
    "trail": lambda it: it.channel.trail(it.key, kill={"reason": "killed"}),
}


def test_nothing_is_asked_or_told_once_the_lease_is_over(it: Platform) -> None:
    it.end_lease()

    for name, call in CALLS.items():
        with pytest.raises(LeaseLost):
            call(it)
            pytest.fail(f"{name} was answered")
