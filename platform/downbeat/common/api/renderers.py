"""JSON out: orjson, our dates, and one renderer for every Accept header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from downbeat.common.clock import wire

YAML = "application/x-yaml"
UNNAMED_YAML = frozenset({"", "application/yaml", "text/yaml", "text/x-yaml"})
OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def dumps(data: object) -> bytes:
    """JSON as every route of ours writes it; dates have six decimals and `Z`."""
    return orjson.dumps(data, default=_plain, option=OPTIONS)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return wire(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return float(value)
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
        case Sequence():
            return list(value)
        case _:
            return str(value)


class OrjsonRenderer(BaseRenderer):
    """Renders any plain value as JSON."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body; nothing for an answer without content."""
        return b"" if data is None else dumps(data)


class OneRenderer(BaseContentNegotiation):
    """Answers in JSON whatever the client would rather accept.

    Clients ask for `text/csv, application/json;q=0.9` or for nothing; an error has to reach them.
    """

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The first parser that reads the body's media type.

        The official client sends text without saying what it is: then it is read as YAML, of
        which JSON is a part.
        """
        given = (request.content_type or "").partition(";")[0].strip().lower()
        given = YAML if given in UNNAMED_YAML else given
        for parser in parsers:
            declared = parser.media_type
            group = declared[:-1] if declared.endswith("/*") else None
            if declared in {given, "*/*"} or (group and given.startswith(group)):
                return parser
        return None

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The view's first renderer."""
        first = next(iter(renderers))
        return first, first.media_type
