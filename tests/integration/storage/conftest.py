"""A service on loopback that speaks S3, and both places where internal storage may be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from downbeat.common.storage import FileStorage, Storage
from downbeat.common.storage.s3 import S3Storage

BUCKET = "downbeat-tests"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}
StorageOf = Callable[[UUID], Storage]


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The service's address; it has one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
    try:
        yield endpoint
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(params=["folder", "bucket"])
def storage_of(request: pytest.FixtureRequest, tmp_path: Path) -> StorageOf:
    """Gives each tenant its storage, in a place of this test's own."""
    if request.param == "folder":
        return lambda tenant_id: FileStorage(tmp_path, tenant_id)
    endpoint: str = request.getfixturevalue("s3")
    url = f"s3://{BUCKET}/{uuid4().hex}"
    return lambda tenant_id: S3Storage.of(url, endpoint=endpoint, tenant_id=tenant_id)
