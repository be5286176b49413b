"""The trigger of S3 against an emulator on the wire: what it fires for, what it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.trigger import Polled
from flows.plugins.aws.s3 import Trigger
from tests.support.doubles.aws import AwsDouble
from tests.support.run_context import MemoryContext


@dataclass
class MemoryPoll(MemoryContext):
    """The context of a poll, in memory."""

    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Watch:
    """A trigger that is polled by hand; its state is kept when the test says that it was stored."""

    ctx: MemoryPoll
    properties: dict[str, Any]

    def lost(self) -> Polled:
        """A poll whose outcome is not stored."""
        written = {"id": "landed", "type": Trigger.type_name, **self.properties}
        return Trigger.model_validate(written, context={"rendered": True}).poll(self.ctx)

    def poll(self) -> Polled:
        """A poll whose outcome is stored."""
        found = self.lost()
        if found.state is not None:
            self.ctx.state = found.state
        return found


@pytest.fixture
def ctx(s3: AwsDouble, tmp_path: Path) -> MemoryPoll:
    return MemoryPoll(tmp_path, environment=s3.environment, answers={"connection.get": None})


def watch(ctx: MemoryPoll, bucket: str, **properties: Any) -> Watch:
    return Watch(ctx, {"bucket": bucket, **properties})


def shown(found: Polled) -> list[tuple[str, str]]:
    """Keys and changes of what fired."""
    return [
        (one["key"], one["changeType"])
        for fired in found.fired
        for one in fired.variables["objects"]
    ]


def test_an_object_fires_once_and_again_when_it_changes(s3: AwsDouble, ctx: MemoryPoll) -> None:
    bucket = s3.bucket(a="1")
    landed = watch(ctx, bucket)

    first, again = landed.poll(), landed.poll()
    s3.put(bucket, "a", "2")
    changed = landed.poll()

    (one,) = first.fired[0].variables["objects"]
    assert set(one) == {
        "uri", "key", "etag", "size", "lastModified", "owner", "checksumAlgorithm",
        "checksumValue", "changeType",
    }  # fmt: skip
    assert ctx.files[one["uri"]] is not None
    assert one["uri"].startswith("downbeat:///")
    assert shown(first) == [("a", "CREATE")]
    assert (again, again.state) == (Polled(), None)
    assert shown(changed) == [("a", "UPDATE")]
    assert changed.fired[0].key != first.fired[0].key


def test_a_poll_whose_outcome_was_lost_finds_the_same_cause(s3: AwsDouble, ctx: MemoryPoll) -> None:
    landed = watch(ctx, s3.bucket(a="1", b="2"))

    assert landed.lost().fired[0].key == landed.lost().fired[0].key


def test_more_objects_than_one_poll_takes_come_with_the_next_and_none_is_lost(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(**{f"k{n:02}": str(n) for n in range(23)})
    landed = watch(ctx, bucket, maxFiles=5, maxKeys=4)

    polls: list[Polled] = []
    while not polls or polls[-1].more:
        polls.append(landed.poll())
        if len(polls) == 2:
            s3.put(bucket, "a-late-one", "late")

    assert [len(shown(found)) for found in polls] == [5, 5, 5, 5, 4]
    keys = [key for found in polls for key, _ in shown(found)]
    assert sorted(keys) == ["a-late-one", *(f"k{n:02}" for n in range(23))]
    assert landed.poll() == Polled()


@pytest.mark.parametrize(
    ("on", "first", "second"),
    [
        ("CREATE", [("a", "CREATE")], [("b", "CREATE")]),
        ("UPDATE", [], [("a", "UPDATE")]),
        ("CREATE_OR_UPDATE", [("a", "CREATE")], [("a", "UPDATE"), ("b", "CREATE")]),
    ],
)
def test_creations_and_updates_fire_as_the_property_says(
    s3: AwsDouble, ctx: MemoryPoll, on: str, first: Any, second: Any
) -> None:
    bucket = s3.bucket(a="1")
    landed = watch(ctx, bucket, on=on)

    before = landed.poll()
    s3.put(bucket, "a", "2")
    s3.put(bucket, "b", "1")
    after = landed.poll()

    assert shown(before) == first
    assert sorted(shown(after)) == second
    assert landed.poll() == Polled()


@pytest.mark.parametrize(
    ("properties", "left"),
    [
        ({"action": "DELETE"}, []),
        ({"action": "MOVE", "moveTo": {"key": "done"}}, ["done/a"]),
    ],
)
def test_an_object_is_taken_away_only_after_its_execution_is_stored(
    s3: AwsDouble, ctx: MemoryPoll, properties: dict[str, Any], left: list[str]
) -> None:
    bucket = s3.bucket(**{"in/a": "1"})
    landed = watch(ctx, bucket, **properties)

    first = landed.poll()
    untouched = s3.keys(bucket)
    second = landed.poll()

    assert (shown(first), first.more) == ([("in/a", "CREATE")], True)
    assert untouched == ["in/a"]
    assert s3.keys(bucket) == left
    assert (second.fired, second.more) == ((), False)
    assert landed.poll() == Polled()


def test_an_object_that_changed_since_it_was_taken_is_not_taken_away(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(a="1")
    landed = watch(ctx, bucket, action="DELETE")

    landed.poll()
    s3.put(bucket, "a", "2")
    changed = landed.poll()

    assert s3.keys(bucket) == ["a"]
    assert shown(changed) == [("a", "UPDATE")]
    assert ctx.files[changed.fired[0].variables["objects"][0]["uri"]] == b"2"


def test_an_object_that_comes_again_after_it_was_taken_away_is_another_cause(
    s3: AwsDouble, ctx: MemoryPoll, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = s3.bucket(a="1")
    landed = watch(ctx, bucket, stateTtl="PT1H")
    first = landed.poll()

    monkeypatch.setattr("flows.plugins.aws.s3.trigger.time.time", lambda: 4_000_000_000)
    forgotten = landed.poll()

    assert shown(forgotten) == [("a", "CREATE")]
    assert forgotten.fired[0].key != first.fired[0].key


def test_another_state_key_begins_with_an_empty_memory(s3: AwsDouble, ctx: MemoryPoll) -> None:
    bucket = s3.bucket(a="1")
    watch(ctx, bucket, stateKey="one").poll()

    assert watch(ctx, bucket, stateKey="one").poll() == Polled()
    assert shown(watch(ctx, bucket, stateKey="two").poll()) == [("a", "CREATE")]


def test_folders_start_nothing_unless_they_are_asked_for(s3: AwsDouble, ctx: MemoryPoll) -> None:
    bucket = s3.bucket(**{"in/": "", "in/a": ""})

    both = watch(ctx, bucket).lost()
    folders = watch(ctx, bucket, filter="DIRECTORY").lost()

    assert shown(both) == [("in/a", "CREATE")]
    assert shown(folders) == [("in/", "CREATE")]


def test_an_object_that_is_overwritten_while_it_is_read_fires_with_its_new_version_only(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(a="old")
    landed = watch(ctx, bucket)
    s3.before(lambda call: call.is_("GET", "/a"), lambda: s3.put(bucket, "a", "new"))

    found = landed.poll()

    (one,) = found.fired[0].variables["objects"]
    assert (ctx.files[one["uri"]], one["size"]) == (b"new", 3)
    assert landed.poll() == Polled()


def test_an_object_that_is_gone_before_it_is_read_fires_nothing(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(a="1", b="2")
    s3.before(
        lambda call: call.is_("HEAD", "/a"),
        lambda: s3.client().delete_object(Bucket=bucket, Key="a"),
    )

    assert shown(watch(ctx, bucket).poll()) == [("b", "CREATE")]


def test_one_object_that_is_refused_holds_nothing_up_and_is_not_forgotten(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(a="1", b="2", c="3")
    landed = watch(ctx, bucket, maxFiles=2)
    s3.refuse(lambda call: call.path.endswith("/a"), 403, "AccessDenied", "Not you", times=2)

    first = landed.poll()
    second = landed.poll()

    assert sorted(shown(first)) == [("b", "CREATE"), ("c", "CREATE")]
    assert "Not you (AccessDenied" in str(ctx.lines)
    assert shown(second) == [("a", "CREATE")]


def test_a_poll_that_can_only_complain_fails_in_the_words_of_the_service(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(a="1")
    s3.refuse(lambda call: call.path.endswith("/a"), 403, "AccessDenied", "Not you")

    with pytest.raises(TaskFailed, match=rf"s3://{bucket}/a: Not you \(AccessDenied"):
        watch(ctx, bucket).poll()
    with pytest.raises(TaskFailed, match="'moveTo' with a 'key'"):
        watch(ctx, bucket, action="MOVE").poll()


def test_an_object_that_cannot_be_taken_away_stays_on_the_list(
    s3: AwsDouble, ctx: MemoryPoll
) -> None:
    bucket = s3.bucket(a="1")
    landed = watch(ctx, bucket, action="DELETE")
    landed.poll()
    s3.refuse(lambda call: call.is_("DELETE", "/a"), 403, "AccessDenied", times=1)

    with pytest.raises(TaskFailed, match="AccessDenied"):
        landed.poll()
    s3.put(bucket, "b", "2")
    second = landed.poll()

    assert shown(second) == [("b", "CREATE")]
    assert s3.keys(bucket) == ["b"]


def test_a_bucket_with_more_objects_than_can_be_remembered_says_what_to_do(
    s3: AwsDouble, ctx: MemoryPoll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.plugins.aws.s3.trigger.MOST", 2)
    bucket = s3.bucket(a="1", b="2", c="3")

    with pytest.raises(TaskFailed, match="narrow 'prefix'"):
        watch(ctx, bucket).poll()
