"""Clients of boto3 with the credentials of the flow, within what the operator allows.

Nothing is taken from the process around us: botocore would look for credentials in files, in
variables and at the metadata service by itself, and it would take whatever it found there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from downbeat.sdk.connection import need, resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.egress import is_guarded
from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws.connection import AwsConnection

DEFAULT_REGION: Final = "us-east-1"
_CONNECT_SECONDS: Final = 10
_READ_SECONDS: Final = 60
_TRIES: Final = 4
_CONNECTIONS: Final = 32
_WEB_IDENTITY: Final = "AWS_WEB_IDENTITY_TOKEN_FILE"
_CONTAINER: Final = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


@contextmanager
def s3_client(ctx: RunContext, given: AwsConnection) -> Iterator[Any]:
    """A client of S3; what the service or the network refuses is a ``TaskFailed`` that says why."""
    settings = resolved(ctx, given, AwsConnection)
    with failures("S3"):
        yield client_of(ctx, settings, "s3", endpoint=settings.endpoint_override)


def client_of(
    ctx: RunContext, settings: AwsConnection, service: str, *, endpoint: str | None
) -> Any:
    """A client of one service of AWS."""
    credentials = _credentials(ctx, settings)
    if settings.sts_role_arn:
        credentials = _role(ctx, settings, credentials)
    return _client(ctx, settings, service, endpoint=endpoint, credentials=credentials)


@contextmanager
def failures(service: str) -> Iterator[None]:
    """Turns what boto3 raises inside the block into ``TaskFailed`` in the vendor's words."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from s3transfer.exceptions import RetriesExceededError

    try:
        yield
    except ClientError as error:
        raise TaskFailed(f"{service}: {said(error)}") from None
    except RetriesExceededError as error:
        raise TaskFailed(f"{service}: the transfer failed: {error.last_exception}") from None
    except HTTPClientError as error:
        cause = error.kwargs.get("error")
        if isinstance(cause, TaskFailed):
            raise cause from None
        raise TaskFailed(f"{service} gives no answer: {error}") from None
    except (BotoCoreError, Boto3Error) as error:
        raise TaskFailed(f"{service}: {error}") from None


def said(error: Any) -> str:
    """What the service said: its message, its code and the operation that it refused."""
    answer = error.response.get("Error", {})
    message, code = answer.get("Message") or "no message", answer.get("Code") or "no code"
    about = answer.get("Key") or answer.get("BucketName")
    shown = f" '{about}'" if about else ""
    return f"{str(message).rstrip('.')}{shown} ({code}, {error.operation_name})"


def _credentials(ctx: RunContext, settings: AwsConnection) -> Any:
    """Credentials of botocore: keys, or the role of the machine where the operator allows it."""
    from botocore.credentials import Credentials

    if not settings.access_key_id and not settings.secret_key_id:
        found = _of_the_token(ctx, settings) or _of_the_machine(ctx)
        if found is not None:
            return found
    need(ctx, settings, "access_key_id", "secret_key_id")
    return Credentials(settings.access_key_id, settings.secret_key_id, settings.session_token)


def _of_the_token(ctx: RunContext, settings: AwsConnection) -> Any:
    """Those of the role that a token of the cluster stands for, where the operator names both."""
    file, role = ctx.environment.get(_WEB_IDENTITY), ctx.environment.get("AWS_ROLE_ARN")
    if not file or not role:
        return None
    from botocore import UNSIGNED
    from botocore.credentials import RefreshableCredentials

    client = _client(
        ctx, settings, "sts", endpoint=settings.sts_endpoint_override, credentials=None,
        signature_version=UNSIGNED,
    )  # fmt: skip
    name = ctx.environment.get("AWS_ROLE_SESSION_NAME") or f"downbeat-{ctx.run.flow_id}"

    def taken_on() -> Mapping[str, str]:
        try:
            token = Path(file).read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise TaskFailed(f"The file of {_WEB_IDENTITY} cannot be read: {error}") from None
        asked = {"RoleArn": role, "RoleSessionName": name[:64], "WebIdentityToken": token}
        with failures("STS"):
            return _facts(client.assume_role_with_web_identity(**asked)["Credentials"])

    return RefreshableCredentials.create_from_metadata(taken_on(), taken_on, "sts-web-identity")


def _facts(given: Mapping[str, Any]) -> Mapping[str, str]:
    """Credentials of STS as the library wants them."""
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "token": given["SessionToken"],
        "expiry_time": given["Expiration"].isoformat(),
    }


def _of_the_machine(ctx: RunContext) -> Any:
    from botocore.credentials import ContainerProvider, InstanceMetadataProvider
    from botocore.utils import METADATA_BASE_URL, InstanceMetadataFetcher

    environment = ctx.environment
    if any(name in environment for name in _CONTAINER):
        return ContainerProvider(environ=dict(environment)).load()
    if environment.get("AWS_EC2_METADATA_DISABLED", "true").lower() != "false":
        return None
    address = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", METADATA_BASE_URL)
    fetcher = InstanceMetadataFetcher(timeout=2, num_attempts=2, base_url=address, env={})
    return InstanceMetadataProvider(iam_role_fetcher=fetcher).load()


def _role(ctx: RunContext, settings: AwsConnection, credentials: Any) -> Any:
    """Credentials of the role, taken on anew before they expire: transfers may last for hours."""
    from botocore.credentials import RefreshableCredentials

    client = _client(
        ctx, settings, "sts", endpoint=settings.sts_endpoint_override, credentials=credentials
    )
    asked = {
        "RoleArn": settings.sts_role_arn,
        "RoleSessionName": settings.sts_role_session_name or f"downbeat-{ctx.run.flow_id}"[:64],
        "DurationSeconds": int(settings.sts_role_session_duration.total_seconds()),
    }
    if settings.sts_role_external_id:
        asked["ExternalId"] = settings.sts_role_external_id

    def taken_on() -> Mapping[str, str]:
        with failures("STS"):
            return _facts(client.assume_role(**asked)["Credentials"])

    return RefreshableCredentials.create_from_metadata(taken_on(), taken_on, "sts-assume-role")


def _client(
    ctx: RunContext,
    settings: AwsConnection,
    service: str,
    *,
    endpoint: str | None,
    credentials: Any,
    signature_version: Any = None,
) -> Any:
    from botocore.session import Session

    session = Session()
    session._credentials = credentials
    # Half of the work of reading a listing would be the library's own way with dates.
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    try:
        found = session.create_client(
            service,
            region_name=settings.region or DEFAULT_REGION,
            endpoint_url=endpoint or None,
            config=_config(ctx, settings, signature_version),
        )
    except ValueError as error:
        raise TaskFailed(f"'endpointOverride' or 'region' cannot be used: {error}") from None
    if is_guarded(ctx):
        from flows.plugins.aws.guard import guard

        guard(found)
    return found


def _config(ctx: RunContext, settings: AwsConnection, signature_version: Any) -> Any:
    from botocore.config import Config

    checks = "when_required" if settings.compatibility_mode else "when_supported"
    return Config(
        s3={"addressing_style": "path" if settings.force_path_style else "auto"},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        max_pool_connections=_CONNECTIONS,
        request_checksum_calculation=checks,
        response_checksum_validation=checks,
        user_agent_extra="downbeat",
        signature_version=signature_version,
        # Where addresses are guarded nobody else may make the connection for us.
        proxies={} if is_guarded(ctx) else None,
    )


def _moment(written: Any) -> datetime:
    """A moment as services write it: mostly ISO 8601, which is read at once."""
    from botocore.utils import parse_timestamp

    try:
        found = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return parse_timestamp(written)  # type: ignore[no-any-return]
    return found if found.tzinfo else parse_timestamp(written)
