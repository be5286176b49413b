"""Filters that encode text for other places, and digests of it."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote_plus, unquote_plus

from flows.spec.expressions.filters.text import written
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import filter_word
from flows.spec.expressions.values import Value


@filter_word("urlencode")
def urlencode(frame: Frame, value: Value) -> Value:
    """The text as it stands in the query of an address."""
    return written(frame, quote_plus(written(frame, value), safe="*").replace("~", "%7E"))


@filter_word("urldecode")
def urldecode(frame: Frame, value: Value) -> Value:
    """The text that stood in the query of an address."""
    return unquote_plus(written(frame, value))


@filter_word("base64encode", aliases=("b64encode",))
def base64encode(frame: Frame, value: Value) -> Value:
    """The text in base64."""
    return base64.b64encode(written(frame, value).encode()).decode()


@filter_word("base64decode", aliases=("b64decode",))
def base64decode(frame: Frame, value: Value) -> Value:
    """The text that was put in base64."""
    text = written(frame, value)
    unpadded = text.rstrip("=")  # the padding may be left out
    padding = "=" * (-len(unpadded) % 4) if unpadded == text else ""
    return base64.b64decode((text + padding).encode(), validate=True).decode()


@filter_word("md5")
def md5(frame: Frame, value: Value) -> Value:
    """The MD5 digest in hexadecimal; not fit for protecting anything."""
    return hashlib.md5(written(frame, value).encode(), usedforsecurity=False).hexdigest()


@filter_word("sha1")
def sha1(frame: Frame, value: Value) -> Value:
    """The SHA-1 digest in hexadecimal; not fit for protecting anything."""
    return hashlib.sha1(written(frame, value).encode(), usedforsecurity=False).hexdigest()


@filter_word("sha256")
def sha256(frame: Frame, value: Value) -> Value:
    """The SHA-256 digest in hexadecimal."""
    return hashlib.sha256(written(frame, value).encode()).hexdigest()


@filter_word("sha512")
def sha512(frame: Frame, value: Value) -> Value:
    """The SHA-512 digest in hexadecimal."""
    return hashlib.sha512(written(frame, value).encode()).hexdigest()
