"""Filters over lists and maps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key

from flows.spec.expressions import arguments as take
from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.values import Value, compare, json_text, type_name


@filter_word("length", aliases=("count", "size"), takes_null=True)
def length(frame: Frame, value: Value) -> Value:
    """How many items, keys or characters there are; 0 for null."""
    if value is None:
        return 0
    if isinstance(value, list | tuple | Mapping):
        return len(value)
    return len(frame.text(value))


@filter_word("first")
def first(frame: Frame, value: Value) -> Value:
    """The first item or character; null when there is none."""
    return _end(frame, value, 0)


@filter_word("last")
def last(frame: Frame, value: Value) -> Value:
    """The last item or character; null when there is none."""
    return _end(frame, value, -1)


def _end(frame: Frame, value: Value, index: int) -> Value:
    sequence = value if isinstance(value, list | tuple) else take_text(frame, value)
    return sequence[index] if sequence else None


def take_text(frame: Frame, value: Value) -> str:
    """The text of a scalar; a map has no order to take from."""
    if isinstance(value, Mapping):
        raise TypeMismatchError("A map has no first, last or part; use `keys` or `values` first")
    return frame.text(value)


@filter_word("join", Parameter("separator", ""))
def join(frame: Frame, value: Value, separator: Value) -> Value:
    """The texts of all items with a separator between them."""
    items = take.items(value)
    frame.meter.items(len(items))
    mark = frame.text(separator)
    texts = [frame.text(item) for item in items]
    frame.meter.text(sum(map(len, texts)) + len(mark) * len(texts))
    return mark.join(texts)


@filter_word("slice", Parameter("fromIndex", 0), Parameter("toIndex", None))
def slice_(frame: Frame, value: Value, from_index: Value, to_index: Value) -> Value:
    """The items or characters from one index up to, not including, another."""
    sequence = value if isinstance(value, list) else take_text(frame, value)
    frame.meter.items(len(sequence))
    end = len(sequence) if to_index is None else take.whole(to_index, "toIndex")
    return sequence[take.whole(from_index, "fromIndex") : end]


@filter_word("chunk", Parameter("size"), aliases=("batch",))
def chunk(frame: Frame, value: Value, size: Value) -> Value:
    """The items in lists of so many."""
    items, width = take.items(value), take.count(size, "size", least=1)
    frame.meter.items(len(items))
    return [items[start : start + width] for start in range(0, len(items), width)]


@filter_word("flatten")
def flatten(frame: Frame, value: Value) -> Value:
    """The items of all lists inside a list, one level deep."""
    flat: list[Value] = []
    for item in take.items(value):
        more = item if isinstance(item, list) else [item]
        frame.meter.items(len(more))
        flat.extend(more)
    return flat


@filter_word("reverse")
def reverse(frame: Frame, value: Value) -> Value:
    """The items or characters from last to first."""
    sequence = value if isinstance(value, list) else take_text(frame, value)
    frame.meter.items(len(sequence))
    return sequence[::-1]


@filter_word("sort")
def sort(frame: Frame, value: Value) -> Value:
    """The items from small to large."""
    return _sorted(frame, value)


@filter_word("rsort")
def rsort(frame: Frame, value: Value) -> Value:
    """The items from large to small."""
    return _sorted(frame, value)[::-1]


def _sorted(frame: Frame, value: Value) -> list[Value]:
    items = take.items(value)
    frame.meter.spend(len(items))
    for item in items:
        if item is None or isinstance(item, bool | list | Mapping):
            raise TypeMismatchError(
                f"Only numbers, texts or dates can be sorted, not {type_name(item)}"
            )
    return sorted(items, key=cmp_to_key(_order))


def _order(one: Value, two: Value) -> int:
    return compare(one, two) or 0


@filter_word("distinct", aliases=("unique", "uniq"))
def distinct(frame: Frame, value: Value) -> Value:
    """The items without repeats, in their order."""
    seen: dict[str, Value] = {}
    for item in take.items(value):
        frame.meter.spend()
        seen.setdefault(json_text(item, frame.meter), item)
    return list(seen.values())


@filter_word("keys")
def keys(frame: Frame, value: Value) -> Value:
    """The keys of a map, or the indexes of a list."""
    if isinstance(value, list):
        frame.meter.items(len(value))
        return list(range(len(value)))
    pairs = take.pairs(value)
    frame.meter.items(len(pairs))
    return [str(key) for key in pairs]


@filter_word("values")
def values(frame: Frame, value: Value) -> Value:
    """The values of a map."""
    pairs = take.pairs(value)
    frame.meter.items(len(pairs))
    return list(pairs.values())


@filter_word("items", aliases=("entries",))
def items(frame: Frame, value: Value) -> Value:
    """The entries of a map, each as {key, value}."""
    pairs = take.pairs(value)
    frame.meter.items(len(pairs))
    return [{"key": str(key), "value": item} for key, item in pairs.items()]


@filter_word("list")
def list_(frame: Frame, value: Value) -> Value:
    """A list: of the items, of the keys of a map, or of the characters of a text."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        return keys(frame, value)
    text = take_text(frame, value)
    frame.meter.spend(len(text))
    return list(text)


@filter_word("merge", Parameter("items"))
def merge(frame: Frame, value: Value, items: Value) -> Value:
    """A map with the entries of another put over it, or a list with more items."""
    if isinstance(value, Mapping) and isinstance(items, Mapping):
        frame.meter.items(len(value) + len(items))
        return {**value, **items}
    if isinstance(value, list):
        more = take.items(items, "`items`")
        frame.meter.items(len(value) + len(more))
        return [*value, *more]
    raise TypeMismatchError(f"Cannot merge {type_name(items)} into {type_name(value)}")
