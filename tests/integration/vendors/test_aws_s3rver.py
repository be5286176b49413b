"""S3 against a second server, which is not Amazon's either and looks at keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.task import Outputs
from flows.plugins.aws import s3 as types
from flows.plugins.aws.s3.transfers import PART
from tests.integration.vendors.test_aws_s3_trigger import MemoryPoll, shown, watch
from tests.support.doubles.s3rver import KEY, Unavailable, s3rver
from tests.support.run_context import made

pytestmark = pytest.mark.vendors

SMALL, LARGE = "downbeat:///in/small.csv", "downbeat:///in/large.bin"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    try:
        with s3rver() as found:
            yield found
    except Unavailable as reason:
        pytest.skip(f"s3rver cannot be had: {reason}")


@pytest.fixture
def ctx(address: str, tmp_path: Path) -> MemoryPoll:
    environment = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_ENDPOINT_URL_S3": address,
    }
    found = MemoryPoll(tmp_path, environment=environment, answers={"connection.get": None})
    found.files = {SMALL: b"a,b\n", LARGE: os.urandom(PART + 5)}
    return found


@pytest.fixture
def bucket(ctx: MemoryPoll) -> str:
    name = f"bucket-{uuid4().hex[:12]}"
    run(types.CreateBucket, ctx, bucket=name)
    return name


def run(kind: Any, ctx: MemoryPoll, **properties: Any) -> Outputs:
    return made(kind, **properties).run(ctx) or {}


def test_a_wrong_key_is_refused_in_the_words_of_the_service(ctx: MemoryPoll, bucket: str) -> None:
    with pytest.raises(TaskFailed, match="does not exist in our records") as refused:
        run(types.List, ctx, bucket=bucket, accessKeyId="nobody", secretKeyId="very-secret")

    assert "InvalidAccessKeyId" in str(refused.value)
    assert "very-secret" not in str(refused.value)


@pytest.mark.parametrize("compatible", [False, True])
def test_objects_go_there_and_back(ctx: MemoryPoll, bucket: str, compatible: bool) -> None:
    where = {"bucket": bucket, "compatibilityMode": compatible}
    run(types.Upload, ctx, **{"from": {"small": SMALL, "large": LARGE}}, key="in", **where)
    listed = run(types.List, ctx, prefix="in/", maxKeys=1, **where)
    run(types.Copy, ctx, **{"from": {"bucket": bucket, "key": "in/small"}}, to={"key": "copy"},
        compatibilityMode=compatible)  # fmt: skip
    found = run(types.Downloads, ctx, action="MOVE", moveTo={"key": "done/"}, **where)
    after = run(types.List, ctx, **where)
    deleted = run(types.DeleteList, ctx, **where)

    assert [one["key"] for one in listed["objects"]] == ["in/large", "in/small"]
    assert {key: ctx.files[uri] for key, uri in found["outputFiles"].items()} == {
        "copy": b"a,b\n",
        "in/large": ctx.files[LARGE],
        "in/small": b"a,b\n",
    }
    assert [one["key"] for one in after["objects"]] == ["done/copy", "done/large", "done/small"]
    assert deleted["count"] == 3


def test_a_trigger_fires_once_for_each_version(ctx: MemoryPoll, bucket: str) -> None:
    run(types.Upload, ctx, **{"from": SMALL}, bucket=bucket, key="a")
    landed = watch(ctx, bucket)

    first, again = landed.poll(), landed.poll()
    ctx.files[SMALL] = b"else"
    run(types.Upload, ctx, **{"from": SMALL}, bucket=bucket, key="a")
    changed = landed.poll()

    assert (shown(first), again.fired, shown(changed)) == (
        [("a", "CREATE")],
        (),
        [("a", "UPDATE")],
    )
