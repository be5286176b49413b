"""Whether a resource is one that a filter means, and in which order resources stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, assert_never

from downbeat.common import clock
from tenants.scim.errors import BadFilter, BadPath
from tenants.scim.filters import Both, Compare, Either, Filter, Not, Op, Present, Value, Within
from tenants.scim.paths import Document, Place, compared, locate
from tenants.scim.schema import Attribute, Kind, ResourceType, Schema

_ORDERED = frozenset({Op.GT, Op.GE, Op.LT, Op.LE})
_IN_TEXTS = frozenset({Op.CO, Op.SW, Op.EW})


def check(filter: Filter, type: ResourceType) -> None:
    """Raises BadFilter for a filter that names what does not exist, before any row is read."""
    matches({}, filter, type)


def matches(document: Document, filter: Filter, type: ResourceType) -> bool:
    """Whether it is; raises BadFilter for attributes that the type does not have."""
    match filter:
        case Both(left, right):
            # Both sides are looked at, so that what is wrong on either is always told.
            found = [matches(document, side, type) for side in (left, right)]
            return all(found)
        case Either(left, right):
            found = [matches(document, side, type) for side in (left, right)]
            return any(found)
        case Not(inner):
            return not matches(document, inner, type)
        case Present(path):
            return any(value not in ("", [], {}) for value in _place(path, type).values(document))
        case Within(path, inner):
            place = _place(path, type)
            # An item that is empty is looked at too, so that a wrong filter is always told.
            found = [
                item_matches(item, inner, place.attribute) for item in [*place.values(document), {}]
            ]
            return any(found[:-1])
        case Compare(path, op, value):
            return _compares(document, _compared(path, type), op, value)
        case _:
            assert_never(filter)


def item_matches(item: object, filter: Filter, attribute: Attribute) -> bool:
    """The same for one item of a list, as in `emails[type eq "work"]`."""
    if not attribute.inside:
        raise BadFilter(f"{attribute.name} has no parts")
    if not isinstance(item, dict):
        return False
    inside = ResourceType(attribute.name, "", Schema("", attribute.name, "", attribute.inside))
    return matches(item, filter, inside)


def ordered(
    documents: Iterable[Document], by: str, type: ResourceType, *, falling: bool
) -> list[Document]:
    """Sorted by the first value of an attribute; those without it stand last."""
    place = _compared(by, type)
    known: list[tuple[Any, Document]] = []
    unknown: list[Document] = []
    for document in documents:
        values = place.values(document)
        if values:
            known.append((_comparable(values[0], place.last), document))
        else:
            unknown.append(document)
    known.sort(key=lambda pair: pair[0], reverse=falling)
    return [*(document for _, document in known), *unknown]


def _place(path: str, type: ResourceType) -> Place:
    try:
        return locate(path, type)
    except BadPath as problem:
        raise BadFilter(str(problem)) from None


def _compared(path: str, type: ResourceType) -> Place:
    try:
        return compared(locate(path, type))
    except BadPath as problem:
        raise BadFilter(str(problem)) from None


def _compares(document: Document, place: Place, op: Op, value: Value) -> bool:
    attribute = place.last
    _check_literal(attribute, op, value)
    values = place.values(document)
    if op is Op.NE:
        return not _compares(document, place, Op.EQ, value)
    if value is None:
        return not values
    wanted = _comparable(value, attribute)
    return any(_holds(_comparable(found, attribute), op, wanted) for found in values)


def _check_literal(attribute: Attribute, op: Op, value: Value) -> None:
    is_boolean = attribute.kind is Kind.BOOLEAN
    if is_boolean and op not in {Op.EQ, Op.NE}:
        raise BadFilter(f"{attribute.name} is true or false; {op} does not fit")
    if op in _IN_TEXTS and not isinstance(value, str):
        raise BadFilter(f"{op} needs a text")
    if op in _ORDERED and value is None:
        raise BadFilter(f"{op} needs a value")
    if is_boolean and value is not None and _boolean(value) is None:
        raise BadFilter(f"{attribute.name} is true or false")
    if attribute.kind is Kind.DATE and isinstance(value, str):
        _date(value)


def _comparable(value: object, attribute: Attribute) -> Any:
    match attribute.kind:
        case Kind.BOOLEAN:
            return _boolean(value)
        case Kind.DATE:
            return _date(str(value))
        case _:
            text = str(value)
            return text if attribute.exact else text.lower()


def _boolean(value: object) -> bool | None:
    """Some clients write booleans as texts."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).lower())


def _date(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        aware = clock.as_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except ValueError:
        raise BadFilter(f"{text} is no date and time") from None
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _holds(found: Any, op: Op, wanted: Any) -> bool:
    match op:
        case Op.EQ | Op.NE:
            return bool(found == wanted)
        case Op.CO:
            return wanted in found
        case Op.SW:
            return bool(found.startswith(wanted))
        case Op.EW:
            return bool(found.endswith(wanted))
        case Op.GT:
            return bool(found > wanted)
        case Op.GE:
            return bool(found >= wanted)
        case Op.LT:
            return bool(found < wanted)
        case Op.LE:
            return bool(found <= wanted)
        case _:
            assert_never(op)


def said_by(filter: Filter) -> Document:
    """What an item is like for which a filter of equalities holds: `type eq "work"`."""
    match filter:
        case Both(left, right):
            return {**said_by(left), **said_by(right)}
        case Compare(path, Op.EQ, value):
            return {path: value}
        case _:
            return {}
