"""Objects are copied, moved and deleted."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws import s3 as types
from tests.integration.vendors.s3.calls import run
from tests.support.doubles.aws import AwsDouble
from tests.support.run_context import MemoryContext


def test_a_copy_is_made_inside_the_service_and_may_remove_the_source(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket, other = s3.bucket(a="1"), s3.bucket()

    run(types.Copy, ctx, **{"from": {"bucket": bucket, "key": "a"}}, to={"bucket": other})
    found = run(
        types.Copy,
        ctx,
        **{"from": {"bucket": bucket, "key": "a"}},
        to={"key": "b", "serverSideEncryption": "AES256"},
        delete=True,
    )

    assert s3.keys(other) == ["a"]
    assert s3.keys(bucket) == ["b"]
    assert (found["bucket"], found["key"]) == (bucket, "b")
    assert found["eTag"] == hashlib.md5(b"1").hexdigest()
    assert ctx.assets[-1]["upstream"] == [f"s3://{bucket}/a"]
    with pytest.raises(TaskFailed, match="itself"):
        run(types.Copy, ctx, **{"from": {"bucket": bucket, "key": "b"}}, delete=True)


def test_a_move_that_was_interrupted_after_the_copy_only_removes_the_source(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket(a="1")
    s3.refuse(lambda call: call.is_("DELETE", "/a"), 403, "AccessDenied", times=1)
    properties = {"from": {"bucket": bucket, "key": "a"}, "to": {"key": "b"}, "delete": True}

    with pytest.raises(TaskFailed, match="AccessDenied"):
        run(types.Copy, ctx, **properties)
    found = run(types.Copy, ctx, **properties)

    assert s3.keys(bucket) == ["b"]
    assert found["eTag"] == hashlib.md5(b"1").hexdigest()
    assert s3.count(lambda call: "x-amz-copy-source" in call.headers) == 1


def test_downloads_take_away_only_what_they_took(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(**{"in/a": "1", "in/b": "2", "in/": ""})
    s3.before(lambda call: call.is_("DELETE", "/in/a"), lambda: s3.put(bucket, "in/b", "new"))

    found = run(types.Downloads, ctx, bucket=bucket, prefix="in/", action="DELETE")

    assert s3.keys(bucket) == ["in/", "in/b"]
    assert [ctx.files[one["uri"]] for one in found["objects"]] == [b"1", b"2"]
    assert found["outputFiles"] == {one["key"]: one["uri"] for one in found["objects"]}
    assert ctx.metrics == {"files.count": 2, "files.size.total": 2}


def test_downloads_move_below_a_folder_and_find_nothing_new_there(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket(**{"in/a": "1"})
    wanted = {"bucket": bucket, "action": "MOVE", "moveTo": {"key": "done/"}}

    first = run(types.Downloads, ctx, **wanted)
    ctx.remembered = {}
    second = run(types.Downloads, ctx, **wanted)

    assert s3.keys(bucket) == ["done/a"]
    assert (len(first["objects"]), second["objects"]) == (1, [])
    with pytest.raises(TaskFailed, match="'moveTo' with a 'key'"):
        run(types.Downloads, ctx, bucket=bucket, action="MOVE")


def test_downloads_that_were_interrupted_while_they_took_away_lose_nothing(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket(a="1", b="2")
    s3.refuse(lambda call: call.is_("DELETE", "/b"), 403, "AccessDenied", times=1)

    with pytest.raises(TaskFailed, match="AccessDenied"):
        run(types.Downloads, ctx, bucket=bucket, action="DELETE")
    found = run(types.Downloads, ctx, bucket=bucket, action="DELETE")

    assert s3.keys(bucket) == []
    assert [one["key"] for one in found["objects"]] == ["a", "b"]


def test_deleting_says_what_became_of_the_object(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(a="1")
    s3.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    found = run(types.Delete, ctx, bucket=bucket, key="a", requestPayer="requester")

    assert found["deleteMarker"] is True
    assert found["versionId"]
    assert s3.ours()[-1].headers["x-amz-request-payer"] == "requester"
    assert run(types.Delete, ctx, bucket=s3.bucket(), key="none")["deleteMarker"] is False


@pytest.mark.parametrize("more", [{}, {"concurrent": 3}, {"compatibilityMode": True}])
def test_a_list_of_objects_is_deleted(
    s3: AwsDouble, ctx: MemoryContext, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.plugins.aws.s3.deleting._BATCH", 2)
    bucket = s3.bucket(**{f"in/{n}": "12" for n in range(7)}, keep="1")

    found = run(types.DeleteList, ctx, bucket=bucket, prefix="in/", **more)

    assert found == {"count": 7, "size": 14}
    assert s3.keys(bucket) == ["keep"]
    assert ctx.metrics == {"s3.objects.deleted.count": 7, "s3.objects.deleted.size": 14}
    with pytest.raises(TaskFailed, match="No object"):
        run(types.DeleteList, ctx, bucket=bucket, prefix="in/", errorOnEmpty=True)


def test_objects_that_were_not_deleted_are_told(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(a="1")
    s3.refuse(lambda call: "delete" in call.query, 403, "AccessDenied", "Not you")

    with pytest.raises(TaskFailed, match=r"Not you \(AccessDenied"):
        run(types.DeleteList, ctx, bucket=bucket)
