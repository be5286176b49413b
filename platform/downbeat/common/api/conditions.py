"""Filters of the API as conditions on rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from downbeat.common import clock
from downbeat.common.api.filters import (
    EQUALITY,
    NULLS,
    ORDER,
    TEXT,
    Clause,
    Group,
    Logical,
    Op,
    parse,
)
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.sdk.fields import parse_duration

Condition = Callable[[Clause], Q]
EQUAL_ONLY: Final = frozenset({Op.EQUALS})

_LOOKUPS: Final = {
    Op.EQUALS: "",
    Op.NOT_EQUALS: "",
    Op.IN: "__in",
    Op.NOT_IN: "__in",
    Op.GREATER_THAN: "__gt",
    Op.LESS_THAN: "__lt",
    Op.GREATER_THAN_OR_EQUAL_TO: "__gte",
    Op.LESS_THAN_OR_EQUAL_TO: "__lte",
    Op.STARTS_WITH: "__startswith",
    Op.ENDS_WITH: "__endswith",
    Op.CONTAINS: "__icontains",
    Op.NOT_CONTAINS: "__icontains",
    Op.REGEX: "__regex",
}
_NEGATIVE: Final = frozenset({Op.NOT_EQUALS, Op.NOT_IN, Op.NOT_CONTAINS})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the API: its operators, and the condition that a clause on it means."""

    ops: frozenset[Op]
    condition: Condition
    map: bool = False


def condition(group: Group, fields: Mapping[str, Field]) -> Q:
    """All clauses of a group as one condition."""
    parts = [
        fields[member.field].condition(member)
        if isinstance(member, Clause)
        else condition(member, fields)
        for member in group.members
    ]
    joined = Q()
    for part in parts:
        joined = joined | part if group.logical is Logical.OR else joined & part
    return joined


def chosen(query: Mapping[str, Any], fields: Mapping[str, Field]) -> Group:
    """The filters of a query string; 422 for an unknown field or operator."""
    return parse(query, ops_of(fields), maps=maps_of(fields))


def ops_of(fields: Mapping[str, Field]) -> dict[str, frozenset[Op]]:
    """The fields with their operators, as the parser of filters wants them."""
    return {name: field.ops for name, field in fields.items()}


def maps_of(fields: Mapping[str, Field]) -> list[str]:
    """The fields that take a key."""
    return [name for name, field in fields.items() if field.map]


def text(column: str) -> Field:
    """A text column; PREFIX is the dotted path itself and all below it."""
    return Field(TEXT, lambda clause: compared(column, clause))


def number(column: str) -> Field:
    """A column of whole numbers."""
    return Field(ORDER, lambda clause: compared(column, clause, _whole))


def moment(column: str) -> Field:
    """A column of dates."""
    return Field(ORDER | NULLS, lambda clause: compared(column, clause, _moment))


def truth(column: str) -> Field:
    """A column that is true or false."""
    ops = frozenset({Op.EQUALS, Op.NOT_EQUALS})
    return Field(ops, lambda clause: compared(column, clause, _truth))


def identity(column: str) -> Field:
    """A column of UUIDs; text that is none matches nothing."""
    return Field(EQUALITY | NULLS, lambda clause: compared(column, clause, uuid_or_nil))


def choice(column: str, *, upper: bool = True) -> Field:
    """A column with few values, written in capitals."""
    convert = str.upper if upper else str
    return Field(EQUALITY, lambda clause: compared(column, clause, convert))


def since(column: str) -> Field:
    """Rows younger than a length of time."""

    def young(clause: Clause) -> Q:
        try:
            length = parse_duration(clause.value)
        except ValueError as problem:
            raise refused(clause, str(problem)) from None
        return Q(**{f"{column}__gte": clock.now() - length})

    return Field(EQUAL_ONLY, young)


def compared(column: str, clause: Clause, convert: Callable[[str], object] = str) -> Q:
    """One comparison of a column."""
    match clause.op:
        case Op.IS_NULL | Op.IS_NOT_NULL:
            return Q(**{f"{column}__isnull": clause.op is Op.IS_NULL})
        case Op.PREFIX:
            return Q(**{column: clause.value}) | Q(**{f"{column}__startswith": f"{clause.value}."})
        case Op.IN | Op.NOT_IN:
            wanted: object = [_converted(clause, value, convert) for value in clause.values]
        case Op.REGEX:
            wanted = _converted(clause, clause.value, _pattern)
        case _:
            wanted = _converted(clause, clause.value, convert)
    found = Q(**{f"{column}{_LOOKUPS[clause.op]}": wanted})
    return ~found if clause.op in _NEGATIVE else found


def refused(clause: Clause, reason: str) -> InvalidFields:
    """A clause whose value cannot be used."""
    name = f"filters[{clause.field}][{clause.op}]"
    return InvalidFields([FieldError(reason, path=name, code="filter")])


def _converted(clause: Clause, value: str, convert: Callable[[str], object]) -> object:
    try:
        return convert(value)
    except ValueError as problem:
        raise refused(clause, str(problem)) from None


def _truth(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError("use true or false")
    return value.lower() == "true"


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from None
    return value


def _whole(value: str) -> int:
    if not value.lstrip("-").isdecimal() or len(value) > 10:
        raise ValueError("not a whole number")
    return int(value)


def _moment(value: str) -> datetime:
    """A date, in UTC unless it says otherwise; a plus sign that was not encoded came as a blank."""
    try:
        found = datetime.fromisoformat(value.strip().replace(" ", "+"))
        return clock.as_utc(found if found.tzinfo else found.replace(tzinfo=UTC))
    except ValueError:
        raise ValueError("not an ISO-8601 date") from None


def uuid_or_nil(value: str) -> UUID:
    """The UUID that a text is, or the nil one, which no row has."""
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)
