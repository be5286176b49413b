"""Cursors: the place of a row in an order, from which reading goes on.

A cursor holds the row's values of the columns that order the list. Reading on means: all rows
that come after these values. Rows inserted or removed meanwhile shift nothing. The condition
repeats the bound of the first column by itself, since that is what lets PostgreSQL begin in the
middle of an index.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet

from downbeat.common.errors import FieldError, InvalidFields

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order."""

    column: str
    descending: bool
    nullable: bool

    @property
    def ordering(self) -> str:
        """The column as Django orders by it."""
        return f"-{self.column}" if self.descending else self.column


def keys_of(rows: QuerySet[M]) -> tuple[Key, ...]:
    """The order of a query, with the id last where it does not stand in it yet."""
    names = [name for name in rows.query.order_by if isinstance(name, str)]
    columns = {name.lstrip("-") for name in names}
    if "id" not in columns and _has_id(rows.model):
        names.append("id")
    return tuple(_key(rows.model, name) for name in names)


def _has_id(model: type[Model]) -> bool:
    try:
        model._meta.get_field("id")
    except FieldDoesNotExist:
        return False
    return True


def _key(model: type[Model], name: str) -> Key:
    column = name.lstrip("-")
    nullable = bool(getattr(model._meta.get_field(column), "null", False))
    return Key(column, descending=name.startswith("-"), nullable=nullable)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an order."""

    keys: tuple[Key, ...]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, row: Model, keys: Sequence[Key]) -> Self:
        """The place of a row."""
        return cls(tuple(keys), tuple(getattr(row, key.column) for key in keys))

    @classmethod
    def read(cls, text: str, model: type[Model], keys: Sequence[Key]) -> Self:
        """A cursor that a former answer gave; 422 for any other text, and for another order."""
        try:
            order, stored = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if order != [key.ordering for key in keys] or len(stored) != len(keys):
                raise _refused("it was given for another order; ask again without it")
            values = [_value(model, key, item) for key, item in zip(keys, stored, strict=True)]
        except (binascii.Error, ValueError, TypeError, ValidationError):
            raise _refused("not a cursor of this list; ask again without it") from None
        return cls(tuple(keys), tuple(values))

    def text(self) -> str:
        """The cursor as an answer gives it; opaque to clients."""
        body = [[key.ordering for key in self.keys], [_plain(value) for value in self.values]]
        return base64.urlsafe_b64encode(orjson.dumps(body)).rstrip(b"=").decode()

    def beyond(self) -> Q:
        """The rows that come after this place."""
        found, equal = _after(self.keys[0], self.values[0]), _same(self.keys[0], self.values[0])
        for key, value in zip(self.keys[1:], self.values[1:], strict=True):
            found |= equal & _after(key, value)
            equal &= _same(key, value)
        return found & _bound(self.keys[0], self.values[0])


def _after(key: Key, value: Any) -> Q:
    """PostgreSQL's order: nulls are larger than every value."""
    if value is None:
        nothing = Q(**{f"{key.column}__in": []})
        return Q(**{f"{key.column}__isnull": False}) if key.descending else nothing
    if key.descending:
        return Q(**{f"{key.column}__lt": value})
    larger = Q(**{f"{key.column}__gt": value})
    return larger | Q(**{f"{key.column}__isnull": True}) if key.nullable else larger


def _same(key: Key, value: Any) -> Q:
    return Q(**{f"{key.column}__isnull": True} if value is None else {key.column: value})


def _bound(key: Key, value: Any) -> Q:
    """What holds for every row at the place or after it."""
    if value is None:
        return Q() if key.descending else Q(**{f"{key.column}__isnull": True})
    if key.descending:
        return Q(**{f"{key.column}__lte": value})
    from_here = Q(**{f"{key.column}__gte": value})
    return from_here | Q(**{f"{key.column}__isnull": True}) if key.nullable else from_here


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else _date(value)


def _date(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _value(model: type[Model], key: Key, stored: Any) -> Any:
    if stored is not None and not isinstance(stored, str | int | float):
        raise ValueError("not a plain value")
    field: Any = model._meta.get_field(key.column)
    return None if stored is None else field.to_python(stored)


def _refused(reason: str) -> InvalidFields:
    return InvalidFields([FieldError(reason, path="after", code="cursor")])
