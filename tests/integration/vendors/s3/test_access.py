"""Credentials, roles, regions and what tasks may reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from downbeat.sdk.egress import EgressRefused
from downbeat.sdk.errors import MissingCredential, TaskFailed
from flows.plugins.aws import s3 as types
from tests.integration.vendors.s3.calls import run
from tests.support.doubles.aws import REGION, AwsDouble
from tests.support.run_context import MemoryContext


def test_a_bucket_is_created_in_the_region_of_the_connection(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    found = run(types.CreateBucket, ctx, bucket="company-reports-1", acl="private")

    assert found == {"bucket": "company-reports-1", "region": REGION}
    assert REGION in str(s3.client().get_bucket_location(Bucket="company-reports-1"))


def test_a_token_that_has_expired_reads_as_the_vendor_says_it(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    text = "The provided token has expired"
    s3.refuse(lambda call: "list-type" in call.query, 400, "ExpiredToken", text)

    with pytest.raises(TaskFailed, match=r"^S3: The provided token has expired \(ExpiredToken"):
        run(types.List, ctx, bucket="any")


def test_a_missing_credential_is_named_with_where_it_may_be_set(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    ctx.environment = {"AWS_ENDPOINT_URL": s3.url}

    with pytest.raises(MissingCredential) as found:
        run(types.List, ctx, bucket="any")

    assert "'accessKeyId' is missing" in str(found.value)
    assert "AWS_ACCESS_KEY_ID" in str(found.value)
    assert s3.ours() == []


def test_the_role_of_the_machine_is_used_only_where_the_operator_allows_it(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket()
    ctx.environment = {
        "AWS_ENDPOINT_URL": s3.url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{s3.url}/",
    }
    with pytest.raises(MissingCredential):
        run(types.List, ctx, bucket=bucket)
    ctx.environment = {**ctx.environment, "AWS_EC2_METADATA_DISABLED": "false"}

    run(types.List, ctx, bucket=bucket)

    assert s3.ours()[-1].key_id == "AKIAMACHINE"


def test_a_role_is_taken_on_first(s3: AwsDouble, ctx: MemoryContext) -> None:
    bucket = s3.bucket()
    role = "arn:aws:iam::123456789012:role/reader"

    run(
        types.List,
        ctx,
        bucket=bucket,
        stsRoleArn=role,
        stsRoleExternalId="outside",
        stsRoleSessionName="night",
        stsRoleSessionDuration="PT1H",
    )

    asked, listed = s3.ours()
    assert b"AssumeRole" in asked.body
    assert b"ExternalId=outside" in asked.body
    assert b"RoleSessionName=night" in asked.body
    assert b"DurationSeconds=3600" in asked.body
    assert asked.key_id == "AKIAOPERATOR"
    assert listed.key_id not in ("AKIAOPERATOR", "")


def test_a_token_of_the_cluster_stands_for_a_role(
    s3: AwsDouble, ctx: MemoryContext, tmp_path: Path
) -> None:
    bucket = s3.bucket()
    token = tmp_path / "token"
    token.write_text("a.b.c\n")
    role = "arn:aws:iam::123456789012:role/of-the-pod"
    ctx.environment = {
        "AWS_ENDPOINT_URL": s3.url,
        "AWS_REGION": "eu-central-1",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_ROLE_ARN": role,
    }

    run(types.List, ctx, bucket=bucket)

    asked, listed = s3.ours()
    assert b"Action=AssumeRoleWithWebIdentity" in asked.body
    assert b"WebIdentityToken=a.b.c" in asked.body
    assert asked.key_id == ""
    assert listed.key_id not in ("AKIAOPERATOR", "")
    token.unlink()
    with pytest.raises(TaskFailed, match="AWS_WEB_IDENTITY_TOKEN_FILE cannot be read"):
        run(types.List, ctx, bucket=bucket)


def test_keys_of_the_task_are_not_sent_with_the_token_of_the_operator(
    s3: AwsDouble, ctx: MemoryContext
) -> None:
    bucket = s3.bucket()
    ctx.environment = {**ctx.environment, "AWS_SESSION_TOKEN": "operators-token"}

    run(types.List, ctx, bucket=bucket, accessKeyId="AKIATASK", secretKeyId="secret")
    run(types.List, ctx, bucket=bucket)

    of_the_task, of_the_operator = s3.ours()
    assert of_the_task.key_id == "AKIATASK"
    assert "x-amz-security-token" not in of_the_task.headers
    assert of_the_operator.headers["x-amz-security-token"] == "operators-token"


def test_guarded_tasks_reach_public_addresses_only(s3: AwsDouble, ctx: MemoryContext) -> None:
    ctx.environment = {**ctx.environment, "DOWNBEAT_EGRESS": "guarded"}

    with pytest.raises(EgressRefused, match="not public"):
        run(types.List, ctx, bucket="any")

    assert s3.ours() == []


def test_an_address_that_is_none_is_named(ctx: MemoryContext) -> None:
    with pytest.raises(TaskFailed, match="endpointOverride"):
        run(types.List, ctx, bucket="any", endpointOverride="not an address")


def test_the_connection_says_who_it_is(s3: AwsDouble, ctx: MemoryContext) -> None:
    from flows.plugins.aws.connection import AwsConnection

    s3.bucket()
    keys = {"access_key_id": "AKIAX", "secret_key_id": "secret"}

    own = AwsConnection(**keys, endpoint_override=s3.url).check(ctx)  # type: ignore[arg-type]
    known = AwsConnection(**keys, sts_endpoint_override=s3.url).check(ctx)  # type: ignore[arg-type]

    assert "buckets" in own
    assert "arn:aws" in known
