"""An HTTP client for one request: bounded, and guarded where the operator says so."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from downbeat.sdk.context import RunContext
from downbeat.sdk.web import answers_or_reasons, transport
from flows.plugins.http.options import BasicAuth, BearerAuth, Options

if TYPE_CHECKING:
    import httpx

_MOST_HOPS = 20


@contextmanager
def client(ctx: RunContext, options: Options, *, trust_all: bool) -> Iterator[httpx.Client]:
    """A client; every failure to get an answer is a ``TaskFailed`` that says why."""
    import httpx

    certificates = _certificates(trust_all=trust_all)
    with (
        answers_or_reasons(),
        httpx.Client(
            transport=transport(ctx, certificates=certificates, proxy=options.proxy_url()),
            follow_redirects=options.follow_redirects,
            max_redirects=_MOST_HOPS,
            timeout=httpx.Timeout(options.read_seconds(), connect=options.connect_seconds()),
            trust_env=False,
            headers={"User-Agent": "downbeat"},
            auth=_auth(options),
        ) as found,
    ):
        yield found


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


def _certificates(*, trust_all: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trust_all:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
