"""Object storage: S3, and services that speak its protocol."""

from __future__ import annotations

from flows.plugins.aws.s3.copying import Copy
from flows.plugins.aws.s3.deleting import Delete, DeleteList
from flows.plugins.aws.s3.downloading import Download, Downloads
from flows.plugins.aws.s3.tasks import CreateBucket, List
from flows.plugins.aws.s3.trigger import Trigger
from flows.plugins.aws.s3.uploading import Upload

__all__ = [
    "TYPES",
    "Copy",
    "CreateBucket",
    "Delete",
    "DeleteList",
    "Download",
    "Downloads",
    "List",
    "Trigger",
    "Upload",
]

TYPES: tuple[type, ...] = (
    Copy,
    CreateBucket,
    Delete,
    DeleteList,
    Download,
    Downloads,
    List,
    Trigger,
    Upload,
)
