"""An HTTP client for one request: bounded, and guarded where the operator says so."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from downbeat.sdk.context import RunContext
from downbeat.sdk.egress import EgressRefused, is_guarded, public_address
from downbeat.sdk.errors import TaskFailed
from flows.plugins.http.options import BasicAuth, BearerAuth, Options

if TYPE_CHECKING:
    import httpcore
    import httpx

_MOST_HOPS = 20


@contextmanager
def client(ctx: RunContext, options: Options, *, trust_all: bool) -> Iterator[httpx.Client]:
    """A client; every failure to get an answer is a ``TaskFailed`` that says why."""
    import httpx

    read, connect = options.read_seconds(), options.connect_seconds()
    try:
        with httpx.Client(
            transport=_transport(ctx, options, trust_all=trust_all),
            follow_redirects=options.follow_redirects,
            max_redirects=_MOST_HOPS,
            timeout=httpx.Timeout(read, connect=connect),
            trust_env=False,
            headers={"User-Agent": "downbeat"},
            auth=_auth(options),
        ) as found:
            yield found
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError) as error:
        raise TaskFailed(f"The request failed: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EgressRefused):
            return str(cause)
        cause = cause.__cause__ or cause.__context__
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _auth(options: Options) -> Any:
    import httpx

    match options.credentials():
        case None:
            return None
        case BasicAuth() as basic:
            return httpx.BasicAuth(basic.username or "", basic.password or "")
        case BearerAuth() as bearer:
            return _Bearer(bearer.token or "")


class _Bearer:
    """Adds a token; on a redirect to another host httpx drops it with the header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _transport(ctx: RunContext, options: Options, *, trust_all: bool) -> httpx.BaseTransport:
    import httpcore
    import httpx

    context = _certificates(trust_all=trust_all)
    proxy = options.proxy_url()
    if not is_guarded(ctx):
        return httpx.HTTPTransport(verify=context, proxy=proxy)
    if proxy:
        raise EgressRefused("Tasks of this instance may not use a proxy (DOWNBEAT_EGRESS=guarded)")
    guarded = httpx.HTTPTransport(verify=context)
    guarded._pool = httpcore.ConnectionPool(
        ssl_context=context, network_backend=_guarded_backend(), max_connections=10
    )
    return guarded


def _certificates(*, trust_all: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trust_all:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


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
