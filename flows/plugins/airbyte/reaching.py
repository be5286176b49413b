"""Opens the way to an Airbyte: address, credentials and settings become something to ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from downbeat.sdk.connection import need
from downbeat.sdk.context import RunContext
from flows.plugins.airbyte.api import Api
from flows.plugins.airbyte.connection import (
    CLOUD,
    AirbyteCloudConnection,
    AirbyteConnection,
    address,
    sign_in,
)
from flows.plugins.airbyte.waiting import http_options
from flows.plugins.http.client import client
from flows.plugins.http.options import Options

TIMEOUT: Final = timedelta(seconds=10)
_CLOUD_TIMEOUT: Final = timedelta(seconds=60)
_OWN_PATH: Final = "/api/v1"


@contextmanager
def own_airbyte(
    ctx: RunContext,
    found: AirbyteConnection,
    *,
    options: Options | None = None,
    timeout: timedelta = TIMEOUT,
) -> Iterator[Api]:
    """An Airbyte of one's own, by the interface that its pages use; every value is in place."""
    need(ctx, found, "url")
    base = address(found.url or "", without=_OWN_PATH)
    who = sign_in(ctx, found, token_url=f"{base}{_OWN_PATH}/applications/token")
    settings = http_options(options, timeout, own_sign_in=who is None)
    trust_all = bool(settings.ssl and settings.ssl.insecure_trust_all_certificates)
    with client(ctx, settings, trust_all=trust_all) as http:
        yield Api(ctx, http, base, who)


@contextmanager
def public_airbyte(ctx: RunContext, found: AirbyteCloudConnection) -> Iterator[Api]:
    """Any Airbyte by its public interface, the cloud's if no address is given."""
    base = address(found.url or CLOUD)
    tokens = address(found.token_url) if found.token_url else f"{base}/applications/token"
    who = sign_in(ctx, found, token_url=tokens)
    if who is None:
        need(ctx, found, "client_id")
    with client(ctx, http_options(None, _CLOUD_TIMEOUT), trust_all=False) as http:
        yield Api(ctx, http, base, who)
