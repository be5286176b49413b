"""HTTP for plug-ins: clients that keep to the operator's rules and say why they got no answer."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from downbeat.sdk.context import RunContext
from downbeat.sdk.egress import EgressRefused, is_guarded, public_address
from downbeat.sdk.errors import TaskFailed

if TYPE_CHECKING:
    import httpcore
    import httpx

_READ = timedelta(seconds=60)
_CONNECT = timedelta(seconds=10)


@contextmanager
def client(
    ctx: RunContext,
    *,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    auth: Any = None,
    read: timedelta = _READ,
    connect: timedelta = _CONNECT,
) -> Iterator[httpx.Client]:
    """An ``httpx.Client`` for a vendor's API.

    ``base_url``: what relative addresses are put after. ``read`` and ``connect``: how long an
    answer and a connection may take. Redirects are not followed. Every failure to get an answer
    inside the block is a ``TaskFailed`` that says why; answers of any status are answers.
    """
    import httpx

    with (
        answers_or_reasons(),
        httpx.Client(
            base_url=base_url,
            headers={"User-Agent": "downbeat", **(headers or {})},
            auth=auth,
            transport=transport(ctx, certificates=ssl.create_default_context()),
            timeout=httpx.Timeout(read.total_seconds(), connect=connect.total_seconds()),
            trust_env=False,
        ) as found,
    ):
        yield found


@contextmanager
def answers_or_reasons() -> Iterator[None]:
    """Turns what httpx raises inside the block into ``TaskFailed``."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError) as error:
        raise TaskFailed(f"The request failed: {_reason(error)}") from None


def transport(
    ctx: RunContext, *, certificates: ssl.SSLContext, proxy: str | None = None
) -> httpx.BaseTransport:
    """The way out; guarded where the operator lets tasks reach public addresses only."""
    import httpx

    if not is_guarded(ctx):
        return httpx.HTTPTransport(verify=certificates, proxy=proxy)
    if proxy:
        raise EgressRefused("Tasks of this instance may not use a proxy (DOWNBEAT_EGRESS=guarded)")
    return guarded_transport(certificates)


def guarded_transport(certificates: ssl.SSLContext) -> httpx.BaseTransport:
    """A way out that reaches public addresses only, those that were checked."""
    import httpcore
    import httpx

    guarded = httpx.HTTPTransport(verify=certificates)
    guarded._pool = httpcore.ConnectionPool(
        ssl_context=certificates, network_backend=_guarded_backend(), max_connections=10
    )
    return guarded


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EgressRefused):
            return str(cause)
        cause = cause.__cause__ or cause.__context__
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _guarded_backend() -> httpcore.NetworkBackend:
    import httpcore

    class Guarded(httpcore.SyncBackend):
        """Connects to the very address that was checked; certificates are still for the name."""

        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.NetworkStream:
            address = public_address(host, port)
            return super().connect_tcp(address, port, timeout, local_address, socket_options)

        def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
            raise EgressRefused("Local sockets are out of reach for tasks of this instance")

    return Guarded()
