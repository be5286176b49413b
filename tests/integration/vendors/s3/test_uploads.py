"""Files become objects, in one piece or in parts."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws import s3 as types
from flows.plugins.aws.s3.stored import ChecksumAlgorithm
from tests.integration.vendors.s3.calls import LARGE, OTHER, REPORT, _Told, run
from tests.support.doubles.aws import AwsDouble, Call
from tests.support.run_context import MemoryContext

SAID: dict[str, Any] = {
    "metadata": {"made-by": "us"},
    "contentType": "text/csv",
    "cacheControl": "no-cache",
    "contentLength": 8,
    "storageClass": "STANDARD_IA",
    "serverSideEncryption": "AWS_KMS",
    "bucketKeyEnabled": True,
    "expires": "2030-01-02T03:04:05Z",
    "tagging": {"a b": "c=d"},
    "checksumAlgorithm": "SHA256",
}


def test_a_file_becomes_an_object_with_all_that_is_said_of_it(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket()

    found = run(
        types.Upload,
        ctx,
        **{"from": REPORT, **SAID},
        bucket=bucket,
        key="out/report.csv",
    )

    (put,) = [call for call in s3.ours() if call.method == "PUT"]
    head = s3.client().head_object(Bucket=bucket, Key="out/report.csv")
    tags = s3.client().get_object_tagging(Bucket=bucket, Key="out/report.csv")["TagSet"]
    assert found["bucket"] == bucket
    assert found["key"] == "out/report.csv"
    assert found["eTag"] == head["ETag"].strip('"')
    assert head["Metadata"] == {"made-by": "us"}
    assert (head["ContentType"], head["StorageClass"]) == ("text/csv", "STANDARD_IA")
    assert tags == [{"Key": "a b", "Value": "c=d"}]
    assert put.headers["x-amz-server-side-encryption"] == "aws:kms"
    assert put.headers["x-amz-server-side-encryption-bucket-key-enabled"] == "true"
    assert "2030" in put.headers["expires"]
    assert put.headers["x-amz-sdk-checksum-algorithm"] == "SHA256"
    assert ctx.metrics == {"file.count": 1, "file.size": 8}
    assert ctx.assets[-1] == {
        "uri": f"s3://{bucket}/out/report.csv",
        "direction": "output",
        "type": "aws.s3.Object",
        "name": "out/report.csv",
        "bytes": 8,
    }


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ([REPORT, OTHER], ["out/other.csv", "out/report.csv"]),
        ({"x.csv": REPORT, "deep/y.csv": OTHER}, ["out/deep/y.csv", "out/x.csv"]),
        (f'["{REPORT}"]', ["out/report.csv"]),
    ],
)
def test_several_files_become_objects_below_the_key(
    s3: AwsDouble, ctx: MemoryContext, given: Any, keys: list[str]
) -> None:
    bucket = s3.bucket()

    found = run(types.Upload, ctx, **{"from": given}, bucket=bucket, key="out", concurrentUploads=1)

    assert s3.keys(bucket) == keys
    assert sorted(found["files"]) == keys
    assert all(file["eTag"] for file in found["files"].values())
    assert list(ctx.working_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"from": []}, "nothing to upload"),
        ({"from": [REPORT, REPORT]}, "Two files would become"),
        ({"from": REPORT, "contentLength": 9}, "has 8 bytes"),
        ({"from": REPORT, "checksum": "abc"}, "checksumAlgorithm"),
        ({"from": "[oops"}, "neither a file nor a list"),
        ({"from": "downbeat:///in/nothing"}, "There is no file"),
    ],
)
def test_uploads_that_cannot_be_meant_are_refused(
    s3: AwsDouble, ctx: MemoryContext, properties: dict[str, Any], reason: str
) -> None:
    bucket = s3.bucket()

    with pytest.raises(TaskFailed, match=reason):
        run(types.Upload, ctx, **properties, bucket=bucket, key="out")

    assert s3.keys(bucket) == []


def test_a_large_file_travels_in_parts(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket()

    found = run(types.Upload, ctx, **{"from": LARGE}, bucket=bucket, key="large.bin")

    content = s3.client().get_object(Bucket=bucket, Key="large.bin")["Body"].read()
    assert content == ctx.files[LARGE]
    assert found["eTag"].endswith("-3")
    assert s3.count(lambda call: call.is_("PUT", "/large.bin", "partNumber")) == 3


def _asks_for(path: str) -> Callable[[Call], bool]:
    return lambda call: call.is_("GET", path)


@pytest.mark.parametrize("algorithm", ChecksumAlgorithm)
def test_what_was_sent_with_a_checksum_is_compared_with_it_when_it_comes_back(
    s3: AwsDouble, ctx: MemoryContext, algorithm: ChecksumAlgorithm
) -> None:
    bucket = s3.bucket()
    sources = {"small": REPORT, "large": LARGE}

    run(types.Upload, ctx, **{"from": sources}, bucket=bucket, key="in",
        checksumAlgorithm=algorithm)  # fmt: skip
    found = run(types.Download, ctx, bucket=bucket, prefix="in/", validateChecksum=True)["files"]

    assert {file["checksumAlgorithm"] for file in found.values()} == {algorithm.asked}
    for name, source in sources.items():
        assert ctx.files[found[f"in/{name}"]["uri"]] == ctx.files[source]
    assert [text for _, text in ctx.lines if "checksum" in text] == []
    for name in sources:
        s3.spoil(_asks_for(f"/{name}"), b"x")
        with pytest.raises(TaskFailed, match=r"(?i)checksum"):
            run(types.Download, ctx, bucket=bucket, key=f"in/{name}", validateChecksum=True)


def test_an_upload_that_is_told_to_end_takes_back_its_parts(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket()
    gate = s3.hold(lambda call: "partNumber" in call.query)
    told = threading.Event()
    ctx.lines = _Told(told)
    ctx.log.lines = ctx.lines  # type: ignore[attr-defined]

    def interrupt() -> None:
        gate.reached()
        os.kill(os.getpid(), signal.SIGTERM)
        told.wait(20)
        gate.open()

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(TaskFailed, match="Stopped"):
        run(types.Upload, ctx, **{"from": LARGE}, bucket=bucket, key="large.bin")

    assert s3.count(lambda call: call.is_("DELETE", "/large.bin", "uploadId")) == 1
    assert s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
