"""The page of HTTP routes: what may be asked, what it needs, and what it does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

from downbeat.routing import http, websockets
from executions.api.worker_views import WorkerView
from tenants.http import METHODS, InstanceAPIView, PublicAPIView, TenantView
from tools.docs.page import Page, code, first_line, page, table

_INTRO: Final = """
`Authorization: Bearer <token>`, HTTP Basic with e-mail and password, or the session cookie of a
log-in (with its CSRF token on writes) say who asks. *Needs* names the permission, which must be
held at the namespace that is concerned; `GET /api/v1/openapi.json` of a running server, also kept
as [openapi.json](openapi.json), describes the same routes for machines. Refusals are listed in
[errors](errors.md).

- **Pages**: `page` from 1 and `size` from 1 to 1000 give `{results, total, totalExact}`; beyond
  10,000 the total is a lower bound. Where there is more, `nextCursor` goes on with `after=`: rows
  that come or go meanwhile neither repeat nor hide others.
- **Filters**: `filters[field][OPERATOR]=value`; an unknown field or operator is refused.
- **Many at once**: by ids all are changed or none (422 says which refuse); by a query those are
  changed that one may change, in transactions of 500. The answer counts them, and `nextCursor` goes
  on with `after=` when one request was not enough.
- **Ids** are UUIDs of version 7, dates ISO 8601 in UTC, names of fields camelCase.
- **Starts** take an `Idempotency-Key`: for 24 hours the same key gives the same execution.
- **Sources** are sent as `application/x-yaml`.
"""
_STREAMS: Final = """
These stay open. Over the websocket send
`{"op": "subscribe", "topic": "execution:<id>", "after": <seq>}` (or `logs:<id>`,
`namespace:<path>`); what comes back has `topic`, `seq`, `type` and `data`. A number that is
missing means: read again over HTTP.

A topic that cannot be had ends nothing else: `{"op": "error", "topic": …, "code": …, "message": …}`
tells of it, and the connection goes on with its other topics, also when it was the only one. Codes:
4400 the message cannot be read, 4404 no such topic or no right to see it (any longer), 4429 too many
topics, 4430 the tenant has used up its API requests per minute: opening counts as one, and so does every
message. The connection is closed with 4401 when nobody is signed in (any longer), with 4404 when the
tenant is not there for whoever asks, with 4408 when the reader is too slow, with 4430 as above.
"""
_PREFIX: Final = "api/v1/"
# Views of the framework say nothing of what they are for here.
_FRAMEWORK: Final = {"SpectacularJSONAPIView": "This API as an OpenAPI document."}


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    needs: str
    doc: str

    @property
    def family(self) -> str:
        """`executions` of `/api/v1/{tenant}/executions/…`."""
        words = [word for word in self.path.split("/") if word and not word.startswith("{")]
        return words[2] if len(words) > 2 and self.path.startswith(f"/{_PREFIX}") else "instance"


def pages() -> Iterator[Page]:
    """One page."""
    known = sorted(routes(), key=lambda route: (route.path, METHODS.index(route.method.lower())))
    families = sorted({route.family for route in known})
    sections = [_family(name, [one for one in known if one.family == name]) for name in families]
    yield page("http.md", "HTTP API", _INTRO, *sections, "## Streams", _STREAMS, _streams())


def routes() -> Iterator[Route]:
    """Every route of the API, method by method."""
    for pattern, prefix in _patterns(get_resolver().url_patterns, ""):
        path = _address(prefix + str(pattern.pattern))
        view = getattr(pattern.callback, "cls", None)
        if view is not None:
            yield from _of(pattern, path, view)


def _patterns(
    patterns: list[URLPattern | URLResolver], prefix: str
) -> Iterator[tuple[URLPattern, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield pattern, prefix


def _of(pattern: URLPattern, path: str, view: type) -> Iterator[Route]:
    actions: dict[str, str] | None = getattr(pattern.callback, "actions", None)
    named = actions or {method: method for method in METHODS if hasattr(view, method)}
    for method, name in named.items():
        if method in METHODS:
            yield Route(method.upper(), path, _needs(view, name), _doc(view, name))


def _needs(view: type, name: str) -> str:
    if issubclass(view, TenantView):
        return code(view.actions.get(name, "?"))
    if issubclass(view, InstanceAPIView):
        return "instance admin" if view.instance_admin else "signed in"
    if issubclass(view, WorkerView):
        return "a worker's token"
    return "nothing" if issubclass(view, PublicAPIView) else "signed in"


def _doc(view: Any, name: str) -> str:
    """What the action says of itself, else what its view does."""
    method = getattr(view, name, None)
    own = inspect.getdoc(method) if method is not None and method.__doc__ else None
    doc = own or _FRAMEWORK.get(view.__name__) or inspect.getdoc(view) or ""
    return first_line(doc)


def _address(template: str) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", template)


def _family(name: str, found: list[Route]) -> str:
    rows = [(one.method, code(one.path), one.needs, one.doc) for one in found]
    return f"## {name}\n\n{table(('Method', 'Path', 'Needs', 'What it does'), rows)}"


def _streams() -> str:
    rows = [("websocket", pattern, "") for pattern in websockets().patterns]
    rows += [("request", pattern, "") for pattern in http(_nothing).patterns]
    shown = [
        (sort, code(_address(str(pattern.pattern))), _what(pattern.callback))
        for sort, pattern, _ in rows
    ]
    return table(("Kind", "Path", "What it does"), shown)


def _what(callback: Any) -> str:
    doc = callback.__doc__ or type(callback).__doc__
    consumer = getattr(callback, "consumer_class", None)
    return first_line((consumer.__doc__ if consumer else doc) or "")


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    """Stands where the ordinary application would."""
