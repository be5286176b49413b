"""Airbyte: syncs of connections, on instances of one's own and in Airbyte's cloud."""

from __future__ import annotations

from downbeat.sdk.connection import Connection
from flows.plugins.airbyte.cloud import Reset
from flows.plugins.airbyte.cloud import Sync as CloudSync
from flows.plugins.airbyte.connection import AirbyteCloudConnection, AirbyteConnection
from flows.plugins.airbyte.connections import CheckStatus, Sync

PLUGINS: tuple[type, ...] = (CheckStatus, CloudSync, Reset, Sync)
CONNECTIONS: tuple[type[Connection], ...] = (AirbyteCloudConnection, AirbyteConnection)
