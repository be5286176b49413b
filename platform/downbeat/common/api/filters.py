"""`filters[field][OP]=value` → typed clauses.

    filters[namespace][PREFIX]=company          a clause
    filters[labels][EQUALS][team]=data          a clause with a key
    filters[or][0][state][IN]=FAILED,KILLED     clauses of one alternative
    filters[or][1][and][0][q][EQUALS]=x         an alternative of several clauses; no deeper

A view declares its fields; an unknown field or operator is refused, never ignored, because an
ignored filter of a bulk deletion deletes everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from downbeat.common.errors import FieldError, InvalidFields


class Op(StrEnum):
    """What the official clients can ask for."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    GREATER_THAN = "GREATER_THAN"
    LESS_THAN = "LESS_THAN"
    GREATER_THAN_OR_EQUAL_TO = "GREATER_THAN_OR_EQUAL_TO"
    LESS_THAN_OR_EQUAL_TO = "LESS_THAN_OR_EQUAL_TO"
    IN = "IN"
    NOT_IN = "NOT_IN"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"
    NOT_CONTAINS = "NOT_CONTAINS"
    IS_NULL = "IS_NULL"
    IS_NOT_NULL = "IS_NOT_NULL"
    REGEX = "REGEX"
    PREFIX = "PREFIX"


LISTS = frozenset({Op.IN, Op.NOT_IN})
EQUALITY = frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN})
TEXT = EQUALITY | {
    Op.STARTS_WITH,
    Op.ENDS_WITH,
    Op.CONTAINS,
    Op.NOT_CONTAINS,
    Op.REGEX,
    Op.PREFIX,
}
ORDER = EQUALITY | {
    Op.GREATER_THAN,
    Op.LESS_THAN,
    Op.GREATER_THAN_OR_EQUAL_TO,
    Op.LESS_THAN_OR_EQUAL_TO,
}
NULLS = frozenset({Op.IS_NULL, Op.IS_NOT_NULL})


class Logical(StrEnum):
    """How the clauses of a group are joined."""

    AND = "and"
    OR = "or"


@dataclass(frozen=True)
class Clause:
    """One condition. `values` are the parts of a list; `value` is the text as sent."""

    field: str
    op: Op
    value: str
    key: str | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The parts of a comma-joined list, or the one value."""
        if self.op not in LISTS:
            return (self.value,)
        return tuple(part.strip() for part in self.value.split(",") if part.strip())


@dataclass(frozen=True)
class Group:
    """Conditions that hold together (AND) or of which one is enough (OR)."""

    logical: Logical
    members: tuple[Clause | Group, ...]

    def clauses(self) -> Iterable[Clause]:
        """Every clause, at whatever level."""
        for member in self.members:
            if isinstance(member, Clause):
                yield member
            else:
                yield from member.clauses()

    def __bool__(self) -> bool:
        return bool(self.members)


NOTHING = Group(Logical.AND, ())
_NAME = re.compile(r"^filters((?:\[[^\[\]]*\])+)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
_LOGICALS = frozenset(logical.value for logical in Logical)
MOST_MEMBERS = 100


def parse(
    query: Mapping[str, Any], fields: Mapping[str, frozenset[Op]], *, maps: Sequence[str] = ()
) -> Group:
    """All filters of a query string, joined by AND.

    `fields` are the view's fields with their operators; those in `maps` take a key. Raises
    InvalidFields (422) for anything else that begins with `filters[`.
    """
    members: list[Clause | Group] = []
    groups: dict[tuple[str, ...], list[Clause]] = {}
    for name, value in _pairs(query):
        path = _path(name)
        prefix = _group_prefix(path)
        clause = _clause(name, path[len(prefix) :], value, fields, maps)
        if prefix:
            groups.setdefault(prefix, []).append(clause)
        else:
            members.append(clause)
    members += _joined(groups)
    return Group(Logical.AND, tuple(members))


def _pairs(query: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    getlist = getattr(query, "getlist", None)
    for name in query:
        if name.startswith("filters"):
            for value in getlist(name) if getlist else [query[name]]:
                yield name, str(value)


def _path(name: str) -> tuple[str, ...]:
    found = _NAME.match(name)
    if found is None:
        raise _refused(name, "write filters[field][OPERATOR]=value")
    return tuple(_PART.findall(found.group(1)))


def _group_prefix(path: tuple[str, ...]) -> tuple[str, ...]:
    """The `[or][0]` and, inside, `[and][1]` that lead to a clause."""
    end = 0
    while end + 1 < len(path) and path[end] in _LOGICALS and path[end + 1].isdecimal():
        if int(path[end + 1]) > MOST_MEMBERS:
            raise _refused("filters", f"at most {MOST_MEMBERS} members in a group")
        end += 2
    return path[:end]


def _clause(
    name: str,
    path: tuple[str, ...],
    value: str,
    fields: Mapping[str, frozenset[Op]],
    maps: Sequence[str],
) -> Clause:
    if len(path) not in {2, 3}:
        raise _refused(name, "write filters[field][OPERATOR]=value")
    field, operator, key = path[0], path[1], path[2] if len(path) == 3 else None
    if field not in fields:
        raise _refused(name, f"there is no field {field}; use one of {', '.join(sorted(fields))}")
    if operator not in fields[field]:
        allowed = ", ".join(sorted(fields[field]))
        raise _refused(name, f"{field} cannot be compared by {operator}; use one of {allowed}")
    if key is not None and field not in maps:
        raise _refused(name, f"{field} has no keys")
    return Clause(field, Op(operator), value, key)


def _joined(groups: Mapping[tuple[str, ...], list[Clause]]) -> Iterable[Group]:
    """The members of each top-level group, by its logical; a second level is one member of it."""
    tops: dict[Logical, dict[str, list[Clause | Group]]] = {}
    for path, clauses in groups.items():
        if len(path) > 4:
            raise _refused("filters" + "".join(f"[{part}]" for part in path), "nested too deep")
        slot = tops.setdefault(Logical(path[0]), {}).setdefault(path[1], [])
        slot += clauses if len(path) == 2 else []
        if len(path) == 4:
            _into_inner(slot, Logical(path[2]), clauses)
    for logical, slots in tops.items():
        yield Group(logical, tuple(_single(members) for members in slots.values()))


def _into_inner(slot: list[Clause | Group], logical: Logical, clauses: list[Clause]) -> None:
    for position, member in enumerate(slot):
        if isinstance(member, Group) and member.logical is logical:
            slot[position] = Group(logical, (*member.members, *clauses))
            return
    slot.append(Group(logical, tuple(clauses)))


def _single(members: list[Clause | Group]) -> Clause | Group:
    return members[0] if len(members) == 1 else Group(Logical.AND, tuple(members))


def _refused(name: str, reason: str) -> InvalidFields:
    return InvalidFields([FieldError(reason, path=name, code="filter")])
