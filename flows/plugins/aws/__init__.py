"""Amazon Web Services: object storage."""

from __future__ import annotations

from downbeat.sdk.connection import Connection
from flows.plugins.aws import s3
from flows.plugins.aws.connection import AwsConnection

PLUGINS: tuple[type, ...] = s3.TYPES
CONNECTIONS: tuple[type[Connection], ...] = (AwsConnection,)
