"""Templates compiled to closures: each statement becomes a function that adds to the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias, assert_never

from downbeat.sdk.fields import truth
from flows.spec.expressions.calls import Binder, MacroDefinition
from flows.spec.expressions.compiler import ExpressionCompiler
from flows.spec.expressions.errors import ExpressionSyntaxError, TypeMismatchError
from flows.spec.expressions.frame import Evaluate, Execute, Frame, captured
from flows.spec.expressions.nodes import (
    Block,
    Body,
    Call,
    FilterBlock,
    For,
    If,
    Macro,
    Name,
    Print,
    Set,
    Statement,
    Text,
)
from flows.spec.expressions.values import Value, type_name


def nested(statement: Statement) -> Iterator[Body]:
    """The bodies inside a statement."""
    match statement:
        case If(branches, otherwise):
            yield from (body for _, body in branches)
            yield otherwise
        case For(body=body, otherwise=otherwise):
            yield body
            yield otherwise
        case Set(value=tuple() as body):
            yield body
        case Block(body=body) | Macro(body=body) | FilterBlock(body=body):
            yield body


def all_statements(body: Body) -> Iterator[Statement]:
    """Every statement of a template, however deep."""
    for statement in body:
        yield statement
        for inner in nested(statement):
            yield from all_statements(inner)


def mentions(part: object, names: frozenset[str]) -> bool:
    """Whether a name or call of one of these names stands anywhere in a part of the tree."""
    if isinstance(part, Name | Call) and part.name in names:
        return True
    if isinstance(part, tuple):
        return any(mentions(item, names) for item in part)
    if not is_dataclass(part):
        return False
    return any(mentions(getattr(part, field.name), names) for field in fields(part))


class StatementCompiler:
    """Compiles one template."""

    def __init__(self, body: Body) -> None:
        self._macros: dict[str, MacroDefinition] = {}
        self._blocks: dict[str, MacroDefinition] = {}
        statements = tuple(all_statements(body))
        loops = any(isinstance(statement, For) for statement in statements)
        # A rendered text may ask for `loop` as well, and nobody knows what it says.
        self._counts_loops = loops and mentions(body, frozenset({"loop", "render", "renderOnce"}))
        for statement in statements:
            self._declare(statement)
        binder = Binder(self._macros, self._blocks)
        self.expressions = ExpressionCompiler(binder)

    def _declare(self, statement: Statement) -> None:
        if isinstance(statement, Macro):
            known, what = self._macros, "macro"
            made = MacroDefinition(statement.name, tuple(name for name, _ in statement.parameters))
        elif isinstance(statement, Block):
            known, what = self._blocks, "block"
            made = MacroDefinition(statement.name)
        else:
            return
        if statement.name in known:
            raise ExpressionSyntaxError(
                f"The {what} `{statement.name}` is defined twice", offset=statement.at
            )
        known[statement.name] = made

    def body(self, body: Body) -> Execute:
        """The closure that renders statements one after the other."""
        steps = tuple(map(self._statement, body))
        if len(steps) == 1:
            return steps[0]

        def run(frame: Frame) -> None:
            for step in steps:
                step(frame)

        return run

    def _statement(self, statement: Statement) -> Execute:
        match statement:
            case Text(text):
                return lambda frame: frame.emit(text)
            case Print(expression):
                return _print(self.expressions.compile(expression))
            case If():
                return self._if(statement)
            case For():
                return self._for(statement)
            case Set():
                return self._set(statement)
            case Block():
                return self._block(statement)
            case Macro():
                return self._macro(statement)
            case FilterBlock():
                return self._filter_block(statement)
            case _:
                assert_never(statement)

    def _if(self, statement: If) -> Execute:
        branches = tuple(
            (self.expressions.compile(condition), self.body(body))
            for condition, body in statement.branches
        )
        otherwise = self.body(statement.otherwise)

        def run(frame: Frame) -> None:
            for condition, body in branches:
                if truth(condition(frame)):
                    return body(frame)
            return otherwise(frame)

        return run

    def _for(self, statement: For) -> Execute:
        iterable = self.expressions.compile(statement.iterable)
        body, otherwise = self.body(statement.body), self.body(statement.otherwise)
        targets, at, counted = statement.targets, statement.at, self._counts_loops
        bind = _single(targets[0]) if len(targets) == 1 else _pair(targets, at)

        def run(frame: Frame) -> None:
            items = _items(frame, iterable(frame), len(targets), at)
            if not items:
                return otherwise(frame)
            scopes, spend = frame.scopes, frame.meter.spend
            scopes.append({})
            try:
                for index, item in enumerate(items):
                    spend()
                    scopes[-1] = scope = bind(item)
                    if counted:
                        scope["loop"] = _loop(index, len(items))
                    body(frame)
            finally:
                scopes.pop()

        return run

    def _set(self, statement: Set) -> Execute:
        name = statement.name
        if isinstance(statement.value, tuple):
            body = self.body(statement.value)
            return lambda frame: frame.assign(name, captured(frame, body))
        value = self.expressions.compile(statement.value)
        return lambda frame: frame.assign(name, value(frame))

    def _block(self, statement: Block) -> Execute:
        block = self._blocks[statement.name]
        block.body = self.body(statement.body)
        return lambda frame: frame.emit(block.run(frame, {}))

    def _macro(self, statement: Macro) -> Execute:
        macro = self._macros[statement.name]
        macro.defaults = tuple(
            self.expressions.compile(default) if default else None
            for _, default in statement.parameters
        )
        macro.body = self.body(statement.body)
        return lambda frame: None

    def _filter_block(self, statement: FilterBlock) -> Execute:
        body = self.body(statement.body)
        filtered = self.expressions.compile(statement.filtered)
        marker = statement.marker

        def run(frame: Frame) -> None:
            frame.scopes.append({marker: captured(frame, body)})
            try:
                text = frame.text(filtered(frame))
            finally:
                frame.scopes.pop()
            frame.emit(text)

        return run


def _print(value: Evaluate) -> Execute:
    def run(frame: Frame) -> None:
        result = value(frame)
        frame.emit(result if type(result) is str else frame.text(result))

    return run


def _loop(index: int, length: int) -> Value:
    """What `loop` holds: counted from 0, as flows know it; `index1` counts from 1."""
    return {
        "index": index,
        "index0": index,
        "index1": index + 1,
        "revindex": length - index - 1,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
    }


def _items(frame: Frame, value: Value, names: int, at: int) -> list[Value]:
    """The item of each round; those of a map are its entries, or its pairs for two names."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        frame.meter.items(len(value))
        if names == 2:
            return [[key, item] for key, item in value.items()]
        return [{"key": key, "value": item} for key, item in value.items()]
    if not isinstance(value, list | tuple):
        hint = "; read it with `fromJson` first" if isinstance(value, str) else ""
        raise TypeMismatchError(f"`for` needs a list or a map but got {type_name(value)}{hint}").at(
            at
        )
    return list(value)


Bind: TypeAlias = Callable[[Value], dict[str, Value]]


def _single(target: str) -> Bind:
    return lambda item: {target: item}


def _pair(targets: tuple[str, ...], at: int) -> Bind:
    def unpacked(item: Value) -> dict[str, Value]:
        if not isinstance(item, list) or len(item) != len(targets):
            raise TypeMismatchError(f"`for {', '.join(targets)}` needs pairs").at(at)
        return dict(zip(targets, item, strict=True))

    return unpacked
