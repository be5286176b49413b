"""The syntax tree: what the parser yields, and the compiler and the reference finder read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | int | float | str | None
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """`base.key` and `base[key]`."""

    base: Expression
    key: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between the parentheses: values by position, then by name."""

    positional: tuple[Expression, ...] = ()
    named: tuple[tuple[str, Expression], ...] = ()


NO_ARGUMENTS = Arguments()


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: Arguments
    at: int


@dataclass(frozen=True, slots=True)
class Filter:
    base: Expression
    name: str
    arguments: Arguments
    at: int


@dataclass(frozen=True, slots=True)
class Test:
    base: Expression
    name: str
    arguments: Arguments
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `+x`, `not x`."""

    operator: str
    operand: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by the same `~`, `and` or `or`: flat, so that long chains stay shallow."""

    operator: str
    operands: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Ternary:
    condition: Expression
    then: Expression
    otherwise: Expression
    at: int


@dataclass(frozen=True, slots=True)
class ListLiteral:
    items: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class MapLiteral:
    items: tuple[tuple[Expression, Expression], ...]
    at: int


Expression: TypeAlias = (
    Literal | Name | Attribute | Call | Filter | Test | Unary | Binary | Chain | Ternary
    | ListLiteral | MapLiteral
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Print:
    expression: Expression


@dataclass(frozen=True, slots=True)
class If:
    branches: tuple[tuple[Expression, Body], ...]
    otherwise: Body


@dataclass(frozen=True, slots=True)
class For:
    """`for x in xs` or, over a map, `for key, value in xs`."""

    targets: tuple[str, ...]
    iterable: Expression
    body: Body
    otherwise: Body
    at: int


@dataclass(frozen=True, slots=True)
class Set:
    """`set x = …`, or the rendered body of `set x` … `endset`."""

    name: str
    value: Expression | Body


@dataclass(frozen=True, slots=True)
class Block:
    name: str
    body: Body
    at: int


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    parameters: tuple[tuple[str, Expression | None], ...]
    body: Body
    at: int


@dataclass(frozen=True, slots=True)
class FilterBlock:
    """A body whose rendered text goes through filters; `marker` stands for that text."""

    marker: str
    filtered: Expression
    body: Body


Statement: TypeAlias = Text | Print | If | For | Set | Block | Macro | FilterBlock
Body: TypeAlias = tuple[Statement, ...]
