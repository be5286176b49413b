"""Hides secrets in all that leaves the worker.

Masking is best effort, the boundary is scoping: a secret that a script reverses or compresses is
not recognised. Claimed are the raw value, each of its lines, Base64 at any offset (both alphabets),
hexadecimal, percent, JSON, HTML, shell and Python quoting. Text is masked by whole lines, so the way a
program cuts what it prints makes no difference.
"""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Shorter values would hide half of every text; they are refused when a secret is made."""

MASK = "******"


class Masker:
    """Replaces secrets in text; more secrets may become known while a task runs."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._in_texts, self._in_values = _Words(), _Words()
        self.learn(secrets)

    @property
    def longest(self) -> int:
        """Characters of the longest form of a secret."""
        return self._in_texts.longest

    def learn(self, secrets: Iterable[str], *, in_values: bool = True) -> None:
        """Hides these values too; without ``in_values`` in texts only, not in outputs."""
        found = {variant for secret in secrets for variant in variants(secret)}
        self._in_texts.add(found)
        if in_values:
            self._in_values.add(found)

    def text(self, text: str) -> str:
        """The text with every secret hidden."""
        return self._in_texts.hidden(text)

    def finds(self, text: str) -> bool:
        """Whether a secret is in the text, in any form that ``text`` hides."""
        return self._in_texts.found(text)

    def finds_in(self, value: Any) -> bool:
        """Whether a secret is somewhere in plain data."""
        if not self.longest:
            return False
        match value:
            case str():
                return self.finds(value)
            case Mapping():
                return any(self.finds_in(key) or self.finds_in(value[key]) for key in value)
            case list() | tuple():
                return any(map(self.finds_in, value))
            case _:
                return False

    def sealed(self, value: Any, seal: Callable[[str], Any]) -> Any:
        """Plain data with every text in which a secret is found replaced by what ``seal`` gives.

        Costs nothing while no secret is known. Keys of maps stay as they are.
        """
        if not self.longest:
            return value
        match value:
            case str():
                return seal(value) if self.finds(value) else value
            case Mapping():
                return {key: self.sealed(item, seal) for key, item in value.items()}
            case list() | tuple():
                return [self.sealed(item, seal) for item in value]
            case _:
                return value

    def value(self, value: Any) -> Any:
        """Plain data with every secret hidden, in keys too."""
        if not self._in_values.longest:
            return value
        match value:
            case str():
                return self._in_values.hidden(value)
            case Mapping():
                return {self.value(key): self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
            case _:
                return value


class _Words:
    """A growing set of words, and the pattern that finds them."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.longest = 0

    def add(self, words: set[str]) -> None:
        if words <= self._words:
            return
        self._words |= words
        self.longest = max(map(len, self._words))
        self._pattern = re.compile(_alternatives(self._words))

    def found(self, text: str) -> bool:
        return self._pattern is not None and self._pattern.search(text) is not None

    def hidden(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def variants(secret: str) -> Iterator[str]:
    """The forms in which a secret is recognised."""
    for part in {secret, secret.strip(), *secret.splitlines()}:
        if len(part.strip()) >= SHORTEST:
            yield from filter(_long_enough, _forms(part))


def _long_enough(text: str) -> bool:
    return len(text) >= SHORTEST


def _forms(text: str) -> Iterator[str]:
    raw = text.encode("utf-8", "surrogatepass")
    yield text
    yield from _base64(raw)
    yield from (raw.hex(), raw.hex().upper())
    for quoted in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    yield "".join(f"%{byte:02X}" for byte in raw)
    for ascii_only in (True, False):
        yield json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    yield from (html.escape(text), html.escape(text, quote=False))
    yield html.escape(text).replace("&#x27;", "&#39;")
    yield shlex.quote(text)
    yield text.replace("'", "'\\''")
    yield repr(text)[1:-1]


def _base64(raw: bytes) -> Iterator[str]:
    """The middle of the secret's Base64, which is the same whatever stands before and after it."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        start = (0, 2, 3)[offset]
        end = {0: 0, 1: -3, 2: -2}[(offset + len(raw)) % 3]
        core = encoded[start : end or None]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def _alternatives(words: Iterable[str]) -> str:
    """A pattern that finds the longest of many words at each place, without trying each of them."""
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _pattern_of(trie)


def _pattern_of(node: dict[str, Any]) -> str:
    tail = ""
    while len(node) == 1 and "" not in node:
        letter, node = next(iter(node.items()))
        tail += re.escape(letter)
    branches = [re.escape(letter) + _pattern_of(node[letter]) for letter in sorted(node) if letter]
    if not branches:
        return tail
    optional = "?" if "" in node else ""
    return f"{tail}(?:{'|'.join(branches)}){optional}"
