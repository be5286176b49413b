"""``aws.s3.List`` and ``aws.s3.CreateBucket``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.aws.connection import AwsConnection
from flows.plugins.aws.s3.listing import first
from flows.plugins.aws.s3.options import Limited, Listed
from flows.plugins.aws.session import DEFAULT_REGION, s3_client


class List(Listed, Limited, RunnableTask):
    """Lists objects of a bucket of S3."""

    type_name: ClassVar[str] = "aws.s3.List"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "objects": "Each object, with `key`, `etag`, `size`, `lastModified`, `owner`, "
        "`checksumAlgorithm`; at most `maxFiles`.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Reports that wait in a bucket",
            """id: waiting_reports
namespace: company.team
tasks:
  - id: waiting
    type: aws.s3.List
    accessKeyId: "{{ secret('AWS_ACCESS_KEY_ID') }}"
    secretKeyId: "{{ secret('AWS_SECRET_ACCESS_KEY') }}"
    region: eu-central-1
    bucket: raw-events
    prefix: reports/
    regexp: .*\\.csv
    maxFiles: 100
  - id: show
    type: core.log.Log
    message: "{{ outputs.waiting.objects | length }} reports wait"
""",
        ),
    )

    def run(self, ctx: RunContext) -> Outputs:
        with s3_client(ctx, self) as client:
            found = first(ctx, client, self, most=self.max_files)
        ctx.metric("s3.objects.count", len(found))
        return {"objects": [one.describe() for one in found]}


class CreateBucket(AwsConnection, RunnableTask):
    """Creates a bucket of S3 in the region of the connection."""

    type_name: ClassVar[str] = "aws.s3.CreateBucket"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "bucket": "The name of the bucket.",
        "region": "The region that it is in.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Create a bucket",
            """id: create_a_bucket
namespace: company.team
tasks:
  - id: create
    type: aws.s3.CreateBucket
    region: eu-central-1
    bucket: company-reports
""",
        ),
    )

    bucket: Dyn[Text]
    acl: Dyn[Text | None] = None
    grant_full_control: Dyn[Text | None] = None
    grant_read: Dyn[Text | None] = None
    grant_read_acp: Dyn[Text | None] = Field(default=None, alias="grantReadACP")
    grant_write: Dyn[Text | None] = None
    grant_write_acp: Dyn[Text | None] = Field(default=None, alias="grantWriteACP")
    object_lock_enabled_for_bucket: Dyn[bool | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        with s3_client(ctx, self) as client:
            region = client.meta.region_name
            again = bool(ctx.remembered.get("asked"))
            ctx.remember({"asked": True})
            try:
                client.create_bucket(**self._asked(region))
            except client.exceptions.BucketAlreadyOwnedByYou:
                # Ours if an attempt before this one was lost with the answer to it.
                if not again:
                    ctx.remember({})
                    raise
        uri = f"s3://{self.bucket}"
        ctx.asset(uri, direction="output", type="aws.s3.Bucket", name=self.bucket)
        return {"bucket": self.bucket, "region": region}

    def _asked(self, region: str) -> dict[str, Any]:
        given = {
            "ACL": self.acl,
            "GrantFullControl": self.grant_full_control,
            "GrantRead": self.grant_read,
            "GrantReadACP": self.grant_read_acp,
            "GrantWrite": self.grant_write,
            "GrantWriteACP": self.grant_write_acp,
            "ObjectLockEnabledForBucket": self.object_lock_enabled_for_bucket,
        }
        asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        # The oldest region has no name here: the service refuses it.
        if region != DEFAULT_REGION:
            asked["CreateBucketConfiguration"] = {"LocationConstraint": region}
        return {"Bucket": self.bucket, **asked}
