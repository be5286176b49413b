"""S3 through our tasks and through boto3 used bare: ``python -m tests.bench.vendors.s3``.

Both make their own client each time and talk to the same server in another process. Ours is
the part inside the task: files go to and from the worker by a link.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import boto3

from flows.plugins.aws import s3 as types
from flows.plugins.aws.s3.seen import Sight, name_of, packed, unpacked, version_of
from tests.bench.vendors.sides import compare
from tests.support.run_context import MemoryContext, made

SIZE: Final = 200 * 1024 * 1024
OBJECTS: Final = 10_000
MANY: Final = 100_000
BUCKET: Final = "bench-of-ours"
KEYS: Final = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}


@dataclass
class Linked(MemoryContext):
    """Hands files over by a link, so that only the task's own work is measured."""

    def save(self, source: Path | bytes | BinaryIO, *, name: str) -> str:
        assert isinstance(source, Path)
        target = self.working_dir.parent / "saved"
        target.unlink(missing_ok=True)
        target.hardlink_to(source)
        return str(target)

    def fetch(self, uri: str) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.working_dir))
        (folder / "content").hardlink_to(uri)
        return folder / "content"


def bare(url: str) -> Any:
    """A client as anybody makes it."""
    return boto3.session.Session().client("s3", endpoint_url=url, region_name="us-east-1", **KEYS)


def ours(url: str, folder: Path) -> Linked:
    """The context of a task whose operator set the variables of the vendor."""
    environment = {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_ENDPOINT_URL": url,
    }
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return Linked(work, environment=environment, answers={"connection.get": None})


def run(url: str, folder: Path) -> None:
    """Prints every comparison."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(os.urandom(SIZE))
    ctx = ours(url, folder)

    def listed() -> list[Any]:
        pages = bare(url).get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=BUCKET, Prefix="many/")
        return [item for page in found for item in page["Contents"]]

    download = made(types.Download, bucket=BUCKET, key="large")
    upload = made(types.Upload, **{"from": str(source)}, bucket=BUCKET, key="written")
    listing = made(types.List, bucket=BUCKET, prefix="many/", maxFiles=OBJECTS)
    compare(
        "s3: download 200 MB",
        ours=lambda: download.run(ctx),
        bare=lambda: bare(url).download_file(BUCKET, "large", str(target)),
    )
    compare(
        "s3: upload 200 MB",
        ours=lambda: upload.run(ctx),
        bare=lambda: bare(url).upload_file(str(source), BUCKET, "written"),
    )
    compare("s3: list 10,000", ours=lambda: listing.run(ctx), bare=listed)


def memory_of_a_trigger() -> None:
    """Prints what it costs a trigger to remember a large bucket."""
    now = int(datetime.now(UTC).timestamp())
    started = time.perf_counter()
    seen = {
        name_of(f"s3://{BUCKET}/many/{n}"): Sight(version_of(f"{n:032x}"), now) for n in range(MANY)
    }
    text = packed(seen)
    made_in = time.perf_counter() - started
    started = time.perf_counter()
    unpacked(text)
    read_in = time.perf_counter() - started
    print(
        f"state of {MANY:,} objects: {len(text) / 1e6:.1f} MB, "
        f"made in {made_in:.2f} s, read in {read_in:.2f} s"
    )


@contextmanager
def server() -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.vendors.s3_server", str(SIZE), str(OBJECTS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    memory_of_a_trigger()
    with tempfile.TemporaryDirectory() as place, server() as address:
        run(address, Path(place))
