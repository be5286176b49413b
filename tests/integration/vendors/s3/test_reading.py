"""Objects are listed and downloaded as they are."""

from __future__ import annotations

import base64
import hashlib
import zlib

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws import s3 as types
from flows.plugins.aws.s3.transfers import PART
from tests.integration.vendors.s3.calls import LARGE, run
from tests.support.doubles.aws import AwsDouble
from tests.support.run_context import MemoryContext


def test_a_bucket_that_is_there_is_an_error_unless_an_attempt_before_made_it(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket()

    with pytest.raises(TaskFailed, match="BucketAlreadyOwnedByYou"):
        run(types.CreateBucket, ctx, bucket=bucket)
    assert ctx.remembered == {}
    ctx.remembered = {"asked": True}
    assert run(types.CreateBucket, ctx, bucket=bucket)["bucket"] == bucket


def test_a_listing_reads_all_pages_and_keeps_what_matches(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket(**{"in/1.csv": "1", "in/2.csv": "2", "in/3.txt": "3", "in/": "", "z": ""})

    found = run(types.List, ctx, bucket=bucket, prefix="in/", regexp=r".*\.csv", maxKeys=1)
    folders = run(types.List, ctx, bucket=bucket, filter="DIRECTORY")
    files = run(types.List, ctx, bucket=bucket, filter="FILES", delimiter="/")
    later = run(types.List, ctx, bucket=bucket, marker="in/2.csv")

    assert [one["key"] for one in found["objects"]] == ["in/1.csv", "in/2.csv"]
    assert found["objects"][0]["size"] == 1
    assert found["objects"][0]["etag"] == hashlib.md5(b"1").hexdigest()
    assert [one["key"] for one in folders["objects"]] == ["in/"]
    assert [one["key"] for one in files["objects"]] == ["z"]
    assert [one["key"] for one in later["objects"]] == ["in/3.txt", "z"]
    assert ctx.metrics["s3.objects.count"] == 2


def test_a_listing_says_when_it_is_cut(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(a="1", b="2", c="3")

    found = run(types.List, ctx, bucket=bucket, maxFiles=2)

    assert [one["key"] for one in found["objects"]] == ["a", "b"]
    assert [level for level, _ in ctx.lines] == ["WARN"]


def test_a_small_and_a_large_object_arrive_as_they_are(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(**{"in/small.csv": b"a,b", "in/large.bin": ctx.files[LARGE]})

    small = run(types.Download, ctx, bucket=bucket, key="in/small.csv", validateChecksum=True)
    large = run(types.Download, ctx, bucket=bucket, key="in/large.bin", validateChecksum=True)

    assert ctx.files[small["uri"]] == b"a,b"
    assert ctx.files[large["uri"]] == ctx.files[LARGE]
    assert small["uri"].endswith("/small.csv")
    assert small["contentLength"] == 3
    assert large["checksumAlgorithm"] == "CRC32"
    crc = base64.b64encode(zlib.crc32(ctx.files[LARGE]).to_bytes(4, "big")).decode()
    assert large["checksumValue"] == crc
    assert ctx.metrics["file.size"] == 2 * PART + 5
    assert ctx.assets[0]["uri"] == f"s3://{bucket}/in/small.csv"
    assert ctx.assets[0]["direction"] == "input"
    ranges = [call for call in s3.ours() if "range" in call.headers]
    assert len(ranges) == 3
    assert all("if-match" in call.headers for call in ranges)
    assert list(ctx.working_dir.iterdir()) == []


def test_a_pattern_takes_several_objects(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(**{"in/x/a.csv": "1", "in/y/a.csv": "2", "in/": "", "in/b.txt": "3"})

    found = run(types.Download, ctx, bucket=bucket, prefix="in/", regexp=".*csv")

    assert {key: ctx.files[file["uri"]] for key, file in found["files"].items()} == {
        "in/x/a.csv": b"1",
        "in/y/a.csv": b"2",
    }


def test_content_that_is_not_what_was_stored_is_refused(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(a="good")
    s3.spoil(lambda call: call.is_("GET", "/a"), b"evil")

    with pytest.raises(TaskFailed, match="checksum"):
        run(types.Download, ctx, bucket=bucket, key="a", validateChecksum=True)


@pytest.mark.parametrize("size", [10, 2 * PART])
def test_an_object_that_is_overwritten_while_it_is_read_comes_in_its_new_version(
    s3: AwsDouble, ctx: MemoryContext, size: int
) -> None:
    bucket = s3.bucket(a=b"o" * size)
    s3.before(lambda call: call.is_("GET", "/a"), lambda: s3.put(bucket, "a", b"n" * size))

    found = run(types.Download, ctx, bucket=bucket, key="a")

    assert ctx.files[found["uri"]] == b"n" * size
    assert found["eTag"] == s3.client().head_object(Bucket=bucket, Key="a")["ETag"].strip('"')
    assert "overwritten" in str(ctx.lines)


def test_what_is_missing_is_told_in_the_words_of_the_service(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket()

    with pytest.raises(TaskFailed, match=r"specified key does not exist .*NoSuchKey"):
        run(types.Download, ctx, bucket=bucket, key="nothing")
    with pytest.raises(TaskFailed, match=r"specified bucket does not exist .*NoSuchBucket"):
        run(types.List, ctx, bucket="no-such-bucket-here")
    with pytest.raises(TaskFailed, match="'key'"):
        run(types.Download, ctx, bucket=bucket)


def test_errors_of_the_service_that_pass_are_tried_again(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket(a="1")
    s3.refuse(lambda call: "list-type" in call.query, 503, "SlowDown", times=2)

    found = run(types.List, ctx, bucket=bucket)

    assert len(found["objects"]) == 1
    assert s3.count(lambda call: "list-type" in call.query) == 3
