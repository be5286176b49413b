"""The vocabulary as data: for completion, the documentation and the API."""

from __future__ import annotations

from dataclasses import dataclass

from flows.spec.expressions import vocabulary
from flows.spec.expressions.library import WORDS, Required, Sort, Word
from flows.spec.expressions.parser import TAGS


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a word; `default` is None when it must be given."""

    name: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One word: how it is written and what it does."""

    name: str
    signature: str
    doc: str
    arguments: tuple[Argument, ...] = ()
    alias_of: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All words of the language, by name."""

    filters: tuple[Entry, ...]
    functions: tuple[Entry, ...]
    tests: tuple[Entry, ...]
    tags: tuple[Entry, ...]


def catalogue() -> Catalogue:
    """Every filter, function, test and tag, sorted by name."""
    vocabulary.load()
    return Catalogue(
        filters=_entries(Sort.FILTER),
        functions=_entries(Sort.FUNCTION),
        tests=_entries(Sort.TEST),
        tags=tuple(Entry(name, form, doc) for name, (form, doc) in sorted(TAGS.items())),
    )


def _entries(sort: Sort) -> tuple[Entry, ...]:
    return tuple(_entry(word) for _, word in sorted(WORDS[sort].items()))


def _entry(word: Word) -> Entry:
    arguments = tuple(
        Argument(parameter.name, _default(parameter.default)) for parameter in word.parameters
    )
    return Entry(word.name, word.signature, word.doc, arguments, word.alias_of)


def _default(value: object) -> str | None:
    if isinstance(value, Required):
        return None
    return (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )
