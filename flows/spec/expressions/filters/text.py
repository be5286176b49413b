"""Filters that change the writing of a text."""

from __future__ import annotations

import html
import re
import shlex
import unicodedata

from flows.spec.expressions import arguments as take
from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.values import Value

_WORD_START = re.compile(r"(?:^|(?<=\s))\S")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_BLANKS = re.compile(r"\s+")


def written(frame: Frame, value: Value) -> str:
    """The text of a filter's input, announced to the meter."""
    text = frame.text(value)
    frame.meter.text(len(text))
    return text


@filter_word("upper")
def upper(frame: Frame, value: Value) -> Value:
    """All letters in upper case."""
    return written(frame, value).upper()


@filter_word("lower")
def lower(frame: Frame, value: Value) -> Value:
    """All letters in lower case."""
    return written(frame, value).lower()


@filter_word("capitalize")
def capitalize(frame: Frame, value: Value) -> Value:
    """The first letter in upper case."""
    text = written(frame, value)
    return text[:1].upper() + text[1:]


@filter_word("title")
def title(frame: Frame, value: Value) -> Value:
    """The first letter of every word in upper case."""
    return _WORD_START.sub(lambda match: match.group().upper(), written(frame, value))


@filter_word("trim")
def trim(frame: Frame, value: Value) -> Value:
    """The text without blanks at both ends."""
    return written(frame, value).strip()


@filter_word("condenseString", aliases=("condense",))
def condense(frame: Frame, value: Value) -> Value:
    """The text with every run of blanks made one space."""
    return _BLANKS.sub(" ", written(frame, value)).strip()


@filter_word("string", takes_null=True)
def string(frame: Frame, value: Value) -> Value:
    """The value as text."""
    return written(frame, value)


@filter_word("raw", aliases=("safe",), takes_null=True)
def raw(frame: Frame, value: Value) -> Value:
    """The value itself; nothing is ever escaped here."""
    return value


@filter_word("escape", Parameter("strategy", "html"), aliases=("e",))
def escape(frame: Frame, value: Value, strategy: Value) -> Value:
    """The text with the characters that HTML gives a meaning escaped."""
    if strategy != "html":
        raise TypeMismatchError("`escape` knows the strategy 'html' only")
    return written(frame, html.escape(written(frame, value)))


@filter_word("nl2br")
def nl2br(frame: Frame, value: Value) -> Value:
    """The text with `<br />` for every line break."""
    text = written(frame, value)
    frame.meter.text(len(text) + 6 * text.count("\n"))
    return text.replace("\r\n", "\n").replace("\n", "<br />")


@filter_word("slugify")
def slugify(frame: Frame, value: Value) -> Value:
    """The text as it would stand in an address: lower-case letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", written(frame, value)).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUG.sub("-", plain.lower()).strip("-")


_QUOTES = {"single": ("'", "\\'"), "double": ('"', '\\"'), "shell": ("'", "'\\''")}


@filter_word("escapeChar", Parameter("type"))
def escape_char(frame: Frame, value: Value, type: Value) -> Value:
    """The text, or all texts inside, with quotes escaped: single, double or shell."""
    kind = take.text(type, "type").lower()
    if kind not in _QUOTES:
        raise TypeMismatchError("`type` must be 'single', 'double' or 'shell'")
    return _escaped(frame, value, *_QUOTES[kind])


def _escaped(frame: Frame, value: Value, quote: str, escaped: str) -> Value:
    if isinstance(value, dict):
        frame.meter.items(len(value))
        return {key: _escaped(frame, item, quote, escaped) for key, item in value.items()}
    if isinstance(value, list):
        frame.meter.items(len(value))
        return [_escaped(frame, item, quote, escaped) for item in value]
    text = frame.text(value)
    frame.meter.text(len(text) + text.count(quote) * (len(escaped) - len(quote)))
    return text.replace(quote, escaped)


@filter_word("sh")
def sh(frame: Frame, value: Value) -> Value:
    """The text as one word of a shell command; a list as several."""
    if isinstance(value, list):
        return " ".join(shlex.quote(written(frame, item)) for item in value)
    return shlex.quote(written(frame, value))


@filter_word("indent", Parameter("amount", 4), Parameter("prefix", " "))
def indent(frame: Frame, value: Value, amount: Value, prefix: Value) -> Value:
    """Every line but the first moved to the right."""
    return _indented(frame, frame.text(value), amount, prefix)


@filter_word("nindent", Parameter("amount", 4), Parameter("prefix", " "))
def nindent(frame: Frame, value: Value, amount: Value, prefix: Value) -> Value:
    """A line break, then every line moved to the right."""
    text = frame.text(value)
    return _indented(frame, _line_break(text) + text, amount, prefix) if text else text


def _indented(frame: Frame, text: str, amount: Value, prefix: Value) -> str:
    width = take.count(amount, "amount")
    unit = take.text(prefix, "prefix")
    line_break = _line_break(text)
    breaks = text.count(line_break)
    frame.meter.text(len(text) + breaks * width * len(unit))
    # Without a line break nothing was announced: the indentation must not be built either.
    return text.replace(line_break, line_break + unit * width) if breaks else text


def _line_break(text: str) -> str:
    return next((mark for mark in ("\r\n", "\n\r", "\n", "\r") if mark in text), "\n")
