"""The connection ``aws``: credentials, region and addresses, from wherever they are set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from downbeat.sdk.connection import Connection
from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Duration, Dyn, Text


class AwsConnection(Connection):
    """How services of AWS, and those that speak their protocols, are reached.

    Without keys, the role of the machine or container is used, if the operator lets tasks know of
    it (``DOWNBEAT_TASK_ENV``): ``AWS_EC2_METADATA_DISABLED=false`` opens the metadata service of
    EC2, ``AWS_CONTAINER_CREDENTIALS_FULL_URI`` or ``…_RELATIVE_URI`` that of a container, and
    ``AWS_WEB_IDENTITY_TOKEN_FILE`` with ``AWS_ROLE_ARN`` the role that a token of a cluster stands
    for; tasks must be able to read that file.
    """

    connection_type: ClassVar[str] = "aws"
    secret_values: ClassVar[frozenset[str]] = frozenset({"secret_key_id", "session_token"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "access_key_id": ("AWS_ACCESS_KEY_ID",),
        "secret_key_id": ("AWS_SECRET_ACCESS_KEY",),
        "session_token": ("AWS_SESSION_TOKEN",),
        "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
        "endpoint_override": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        "sts_endpoint_override": ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"),
    }
    # A token belongs to one pair of keys: with keys from elsewhere it would be refused.
    together: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"access_key_id", "secret_key_id", "session_token"}),
    )

    access_key_id: Dyn[Text | None] = None
    secret_key_id: Dyn[Text | None] = None
    session_token: Dyn[Text | None] = None
    region: Dyn[Text | None] = None
    endpoint_override: Dyn[Text | None] = None
    """The address of a service that speaks the protocol, such as ``http://localhost:9000``."""
    force_path_style: Dyn[bool] = False
    """Puts the bucket into the path of addresses and not into the name of the host."""
    compatibility_mode: Dyn[bool] = False
    """Asks a service that only resembles S3 for nothing but the oldest operations."""
    sts_role_arn: Dyn[Text | None] = None
    """A role that is taken on with the credentials."""
    sts_role_external_id: Dyn[Text | None] = None
    sts_role_session_name: Dyn[Text | None] = None
    sts_role_session_duration: Dyn[Duration] = timedelta(minutes=15)
    sts_endpoint_override: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        """Asks who we are; a service that only resembles AWS is asked for its buckets."""
        from flows.plugins.aws.session import client_of, failures

        if self.endpoint_override:
            with failures("S3"):
                client = client_of(ctx, self, "s3", endpoint=self.endpoint_override)
                buckets = client.list_buckets().get("Buckets", ())
            return f"{self.endpoint_override} answers with {len(buckets)} buckets"
        with failures("STS"):
            client = client_of(ctx, self, "sts", endpoint=self.sts_endpoint_override)
            return f"AWS knows us as {client.get_caller_identity()['Arn']}"
