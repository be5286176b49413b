"""Expressions compiled to closures: the tree is walked once, an evaluation only calls.

A path from a name through constant keys, the bulk of what flows contain, becomes one closure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from downbeat.sdk.fields import truth
from flows.spec.expressions.calls import Binder, guarded
from flows.spec.expressions.errors import UndefinedError
from flows.spec.expressions.frame import FOLLOWED_ROOTS, Evaluate, Frame
from flows.spec.expressions.library import Sort, find
from flows.spec.expressions.nodes import (
    Attribute,
    Binary,
    Call,
    Chain,
    Expression,
    Filter,
    ListLiteral,
    Literal,
    MapLiteral,
    Name,
    Ternary,
    Test,
    Unary,
)
from flows.spec.expressions.operators import (
    BINARY,
    attribute,
    concatenate,
    header,
    negative,
    positive,
)
from flows.spec.expressions.paths import constant_path, path_text
from flows.spec.expressions.rerender import render_nested
from flows.spec.expressions.tokens import is_template
from flows.spec.expressions.values import Value

_RECOVERS_FROM_UNDEFINED = frozenset({"default", "d"})


class ExpressionCompiler:
    """Compiles the expressions of one template."""

    def __init__(self, binder: Binder) -> None:
        self._binder = binder

    def compile(self, node: Expression) -> Evaluate:
        """The closure that evaluates an expression."""
        match node:
            case Literal(value):
                return lambda frame: value
            case Name() | Attribute():
                return self._path(node)
            case Call():
                return self._binder.call(node, self.compile)
            case Filter():
                return self._filter(node)
            case Test():
                return self._test(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Chain():
                return self._chain(node)
            case Ternary():
                return self._ternary(node)
            case ListLiteral():
                return self._list(node)
            case MapLiteral():
                return self._map(node)
            case _:
                assert_never(node)

    def _path(self, node: Name | Attribute) -> Evaluate:
        path = constant_path(node)
        if path is None:
            return self._dynamic(node)
        root, keys = path
        load = _walk(root, keys) if keys else _load(root.name, root.at)
        return _followed(load) if root.name in FOLLOWED_ROOTS else load

    def _dynamic(self, node: Name | Attribute) -> Evaluate:
        if isinstance(node, Name):
            return _load(node.name, node.at)
        base, key = self.compile(node.base), self.compile(node.key)
        before, at = path_text(node.base), node.at
        take = _taking(node.base)

        def get(frame: Frame) -> Value:
            holder, name = base(frame), key(frame)
            shown = f"{before}[{name!r}]" if isinstance(name, str | int) else path_text(node)
            return take(frame, holder, name, shown, at)

        return get

    def _filter(self, node: Filter) -> Evaluate:
        base = self.compile(node.base)
        if node.name in _RECOVERS_FROM_UNDEFINED:
            base = _or_null(base)
        return self._binder.bind(find(Sort.FILTER, node.name, node.at), node, base, self.compile)

    def _test(self, node: Test) -> Evaluate:
        base = self.compile(node.base)
        if node.name == "defined":
            base = _or_null(base)
        word = find(Sort.TEST, node.name, node.at)
        holds = self._binder.bind(word, node, base, self.compile)
        return (lambda frame: not holds(frame)) if node.negated else holds

    def _unary(self, node: Unary) -> Evaluate:
        operand = self.compile(node.operand)
        if node.operator == "not":
            return lambda frame: not truth(operand(frame))
        apply = negative if node.operator == "-" else positive
        return guarded(lambda frame: apply(operand(frame)), node.at)

    def _binary(self, node: Binary) -> Evaluate:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator == "??":
            return _coalesced(left, right)
        if node.operator == "???":
            return _if_undefined(left, right)
        apply = BINARY[node.operator]
        return guarded(lambda frame: apply(frame, left(frame), right(frame)), node.at)

    def _chain(self, node: Chain) -> Evaluate:
        operands = tuple(map(self.compile, node.operands))
        if node.operator == "and":
            return lambda frame: all(truth(operand(frame)) for operand in operands)
        if node.operator == "or":
            return lambda frame: any(truth(operand(frame)) for operand in operands)
        return lambda frame: concatenate(frame, tuple(operand(frame) for operand in operands))

    def _ternary(self, node: Ternary) -> Evaluate:
        condition = self.compile(node.condition)
        then, otherwise = self.compile(node.then), self.compile(node.otherwise)
        return lambda frame: then(frame) if truth(condition(frame)) else otherwise(frame)

    def _list(self, node: ListLiteral) -> Evaluate:
        items = tuple(map(self.compile, node.items))

        def build(frame: Frame) -> Value:
            frame.meter.items(len(items))
            return [item(frame) for item in items]

        return build

    def _map(self, node: MapLiteral) -> Evaluate:
        pairs = tuple((self.compile(key), self.compile(value)) for key, value in node.items)

        def build(frame: Frame) -> Value:
            frame.meter.items(len(pairs))
            return {frame.text(key(frame)): value(frame) for key, value in pairs}

        return build


def _load(name: str, at: int) -> Evaluate:
    def load(frame: Frame) -> Value:
        if frame.scopes:
            return frame.lookup(name, at)
        try:
            return frame.context[name]
        except KeyError:
            raise UndefinedError(name, known=frame.names, offset=at) from None

    return load


_Take = Callable[[Frame, Value, Value, str, int], Value]


def _taking(base: Expression) -> _Take:
    """How a key is taken of a base: names of HTTP headers mean the same in any case."""
    match base:
        case Attribute(key=Literal(value="headers")):
            return header
        case _:
            return attribute


def _steps(root: Name, keys: tuple[Literal, ...]) -> tuple[tuple[Value, str, int, _Take], ...]:
    """Each key with the path up to it, for the error that it may become."""
    steps = []
    node: Expression = root
    for key in keys:
        take = _taking(node)
        node = Attribute(node, key, key.at)
        steps.append((key.value, path_text(node), key.at, take))
    return tuple(steps)


def _walk(root: Name, keys: tuple[Literal, ...]) -> Evaluate:
    load = _load(root.name, root.at)
    steps = _steps(root, keys)

    def walk(frame: Frame) -> Value:
        value = load(frame)
        for key, path, at, take in steps:
            if type(value) is dict and key in value:
                value = value[key]
            else:
                value = take(frame, value, key, path, at)
        return value

    return walk


def _followed(load: Evaluate) -> Evaluate:
    """Inside `render()`, a template that lies in variables is rendered where it is read."""

    def follow(frame: Frame) -> Value:
        value = load(frame)
        if frame.follow and isinstance(value, str) and is_template(value):
            return render_nested(frame, value, follow=True)
        return value

    return follow


def _or_null(base: Evaluate) -> Evaluate:
    def recover(frame: Frame) -> Value:
        try:
            return base(frame)
        except UndefinedError:
            return None

    return recover


def _coalesced(left: Evaluate, right: Evaluate) -> Evaluate:
    def coalesce(frame: Frame) -> Value:
        try:
            value = left(frame)
        except UndefinedError:
            return right(frame)
        return right(frame) if value is None else value

    return coalesce


def _if_undefined(left: Evaluate, right: Evaluate) -> Evaluate:
    def coalesce(frame: Frame) -> Value:
        try:
            return left(frame)
        except UndefinedError:
            return right(frame)

    return coalesce
