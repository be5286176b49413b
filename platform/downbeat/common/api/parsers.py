"""Bodies in: JSON by orjson, flow sources and plain text as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

LARGEST_TEXT = 8 * 1024 * 1024


class OrjsonParser(BaseParser):
    """`application/json`; numbers that JSON does not know are refused."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value; an empty body reads as None."""
        body = stream.read()
        if not body.strip():
            return None
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as problem:
            raise ParseError(f"The body is not JSON: {problem}") from None


class PlainTextParser(BaseParser):
    """`text/plain`: the body as it is."""

    media_type = "text/plain"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The text."""
        body: bytes = stream.read(LARGEST_TEXT + 1)
        if len(body) > LARGEST_TEXT:
            raise ParseError(f"The body is larger than {LARGEST_TEXT} bytes.")
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None


class YamlTextParser(PlainTextParser):
    """`application/x-yaml`: the source's text; the language parses it, with positions."""

    media_type = "application/x-yaml"
