"""What the log shows of a request and its answer, when `options.logs` asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from downbeat.sdk.context import RunContext
from flows.plugins.http.options import Logged

if TYPE_CHECKING:
    import httpx

_CREDENTIALS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
)
_LONGEST: Final = 4096


def show(ctx: RunContext, wanted: Iterable[Logged], found: httpx.Response) -> None:
    """Writes what is wanted to the log at level DEBUG; credentials are not shown."""
    for part in wanted:
        match part:
            case "REQUEST_HEADERS":
                ctx.log.debug(f"Request headers: {_headers(found.request.headers)}")
            case "RESPONSE_HEADERS":
                ctx.log.debug(f"Response headers: {_headers(found.headers)}")
            case "REQUEST_BODY":
                ctx.log.debug(f"Request body: {_request_body(found.request)}")
            case "RESPONSE_BODY":
                pass  # it has not arrived yet; whoever reads it shows it


def show_body(ctx: RunContext, wanted: Iterable[Logged], text: str) -> None:
    """Writes the body of an answer to the log, if that is wanted."""
    if "RESPONSE_BODY" in wanted:
        ctx.log.debug(f"Response body: {_cut(text)}")


def _headers(headers: httpx.Headers) -> str:
    return ", ".join(
        f"{name}: {'******' if name.lower() in _CREDENTIALS else value}"
        for name, value in headers.multi_items()
    )


def _request_body(request: httpx.Request) -> str:
    import httpx

    try:
        return _cut(request.content.decode("utf-8", "replace"))
    except httpx.RequestNotRead:
        return "(a stream)"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
