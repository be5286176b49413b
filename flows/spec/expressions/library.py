"""The vocabulary: what a filter, function or test is called, takes and does.

Words register here by decorators; the compiler looks them up and binds their arguments once, so a
misspelt word or argument is a diagnostic before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TypeAlias

from flows.spec.expressions.errors import ExpressionSyntaxError, nearest
from flows.spec.expressions.values import Value


class Required(Enum):
    """Marks a parameter that has no default."""

    REQUIRED = "required"


REQUIRED = Required.REQUIRED


class Sort(StrEnum):
    """The sorts of words."""

    FILTER = "filter"
    FUNCTION = "function"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a word; `rest` takes all further positional ones."""

    name: str
    default: Value | Required = REQUIRED
    rest: bool = False

    def __str__(self) -> str:
        if self.rest:
            return f"{self.name}…"
        if isinstance(self.default, Required):
            return self.name
        return f"{self.name}={_shown(self.default)}"


# Called with the frame, then (filters, tests) the value, then one value per parameter.
Run: TypeAlias = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Word:
    """A filter, function or test."""

    sort: Sort
    name: str
    parameters: tuple[Parameter, ...]
    run: Run
    doc: str
    takes_null: bool
    alias_of: str | None = None

    @property
    def signature(self) -> str:
        arguments = ", ".join(map(str, self.parameters))
        return f"{self.name}({arguments})" if arguments or self.sort is Sort.FUNCTION else self.name


WORDS: dict[Sort, dict[str, Word]] = {sort: {} for sort in Sort}


def word(
    sort: Sort,
    name: str,
    *parameters: Parameter,
    aliases: tuple[str, ...] = (),
    takes_null: bool = False,
) -> Callable[[Run], Run]:
    """Register what it decorates; a filter that does not take null passes null through."""

    def register(run: Run) -> Run:
        doc = (run.__doc__ or "").strip().partition("\n")[0]
        for title in (name, *aliases):
            if title in WORDS[sort]:
                raise ValueError(f"The {sort} {title} exists twice")
            alias_of = None if title == name else name
            WORDS[sort][title] = Word(sort, title, parameters, run, doc, takes_null, alias_of)
        return run

    return register


def filter_word(
    name: str, *parameters: Parameter, aliases: tuple[str, ...] = (), takes_null: bool = False
) -> Callable[[Run], Run]:
    """Register a filter."""
    return word(Sort.FILTER, name, *parameters, aliases=aliases, takes_null=takes_null)


def function_word(
    name: str, *parameters: Parameter, aliases: tuple[str, ...] = ()
) -> Callable[[Run], Run]:
    """Register a function."""
    return word(Sort.FUNCTION, name, *parameters, aliases=aliases)


def condition_word(
    name: str, *parameters: Parameter, aliases: tuple[str, ...] = ()
) -> Callable[[Run], Run]:
    """Register a test (`x is …`)."""
    return word(Sort.TEST, name, *parameters, aliases=aliases, takes_null=True)


def find(sort: Sort, name: str, at: int) -> Word:
    """The word of that name, or a diagnostic that names the nearest."""
    found = WORDS[sort].get(name)
    if found is None:
        raise ExpressionSyntaxError(
            f"There is no {sort} `{name}`{nearest(name, WORDS[sort])}", offset=at
        )
    return found


def _shown(value: Value) -> str:
    if value is None:
        return "null"
    return f"'{value}'" if isinstance(value, str) else str(value).lower()
