"""Calls of filters, functions, tests and macros: arguments bound once, errors made ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from flows.spec.expressions.errors import (
    BudgetExceededError,
    ErrorCode,
    ExpressionError,
    ExpressionSyntaxError,
    nearest,
)
from flows.spec.expressions.frame import Evaluate, Execute, Frame, captured
from flows.spec.expressions.library import (
    WORDS,
    Parameter,
    Required,
    Run,
    Sort,
    Word,
    find,
)
from flows.spec.expressions.nodes import Arguments, Call, Expression, Filter, Literal, Test
from flows.spec.expressions.values import Value

Compile: TypeAlias = Callable[[Expression], Evaluate]

# What Python raises when plain data does not suit an operation. Anything else that a service
# raises (a lost database, a cancelled task) is not the expression's fault and passes through.
_UNSUITABLE = (ValueError, TypeError, ArithmeticError, LookupError)


class MacroDefinition:
    """A macro or block of the template; its body is compiled after all names are known."""

    __slots__ = ("body", "defaults", "name", "parameters")

    def __init__(self, name: str, parameters: tuple[str, ...] = ()) -> None:
        self.name = name
        self.parameters = parameters
        self.defaults: tuple[Evaluate | None, ...] = ()
        self.body: Execute = _nothing

    def run(self, frame: Frame, values: dict[str, Value]) -> str:
        """The text of the body with these local names."""
        frame.meter.enter()
        frame.meter.spend()
        frame.scopes.append(values)
        try:
            return captured(frame, self.body)
        finally:
            frame.scopes.pop()
            frame.meter.leave()


def _nothing(frame: Frame) -> None:
    return None


class Binder:
    """Binds calls to words, and to the macros and blocks of one template."""

    def __init__(
        self, macros: dict[str, MacroDefinition], blocks: dict[str, MacroDefinition]
    ) -> None:
        self.macros = macros
        self.blocks = blocks

    def call(self, node: Call, compile_: Compile) -> Evaluate:
        """A function or macro by name."""
        if node.name in self.macros:
            return self._macro(self.macros[node.name], node, compile_)
        if node.name == "block":
            return self._block(node)
        if node.name not in WORDS[Sort.FUNCTION] and self.macros:
            known = [*self.macros, *WORDS[Sort.FUNCTION]]
            raise ExpressionSyntaxError(
                f"There is no function or macro `{node.name}`{nearest(node.name, known)}",
                offset=node.at,
            )
        return self.bind(find(Sort.FUNCTION, node.name, node.at), node, None, compile_)

    def bind(
        self, word: Word, node: Call | Filter | Test, base: Evaluate | None, compile_: Compile
    ) -> Evaluate:
        """The closure that evaluates the arguments and runs the word."""
        bound = tuple(_bound(word, node.arguments, node.at, compile_))
        if base is None:
            return guarded(_function(word.run, bound), node.at, word)
        return guarded(_filter(word, base, bound), node.at, word)

    def _block(self, node: Call) -> Evaluate:
        name = _literal_text(node)
        if name is None or name not in self.blocks:
            raise ExpressionSyntaxError(
                f"There is no block `{name}` in this template{nearest(name or '', self.blocks)}",
                offset=node.at,
            )
        block = self.blocks[name]
        return guarded(lambda frame: block.run(frame, {}), node.at)

    def _macro(self, macro: MacroDefinition, node: Call, compile_: Compile) -> Evaluate:
        given = _assigned(macro.name, "macro", macro.parameters, node.arguments, node.at)
        values = {name: compile_(expression) for name, expression in given.items()}

        def run(frame: Frame) -> Value:
            local = {name: value(frame) for name, value in values.items()}
            for name, default in zip(macro.parameters, macro.defaults, strict=True):
                if name not in local:
                    local[name] = default(frame) if default else None
            return macro.run(frame, local)

        return guarded(run, node.at)


def _literal_text(node: Call) -> str | None:
    positional = node.arguments.positional
    first = positional[0] if len(positional) == 1 and not node.arguments.named else None
    return first.value if isinstance(first, Literal) and isinstance(first.value, str) else None


def _assigned(
    name: str, sort: str, parameters: tuple[str, ...], arguments: Arguments, at: int
) -> dict[str, Expression]:
    """The arguments by parameter name; refuses too many, unknown ones and repeated ones."""
    if len(arguments.positional) > len(parameters):
        wanted = f"at most {len(parameters)} arguments" if parameters else "no arguments"
        raise ExpressionSyntaxError(f"The {sort} `{name}` takes {wanted}", offset=at)
    given = dict(zip(parameters, arguments.positional, strict=False))
    for key, expression in arguments.named:
        if key not in parameters:
            raise ExpressionSyntaxError(
                f"The {sort} `{name}` has no argument `{key}`{nearest(key, parameters)}", offset=at
            )
        if key in given:
            raise ExpressionSyntaxError(
                f"The {sort} `{name}` gets the argument `{key}` twice", offset=at
            )
        given[key] = expression
    return given


def _bound(word: Word, arguments: Arguments, at: int, compile_: Compile) -> Iterator[Evaluate]:
    parameters = word.parameters
    if parameters and parameters[-1].rest:
        yield from map(compile_, arguments.positional)
        if arguments.named:
            raise ExpressionSyntaxError(
                f"The {word.sort} `{word.name}` takes no named arguments", offset=at
            )
        return
    names = tuple(parameter.name for parameter in parameters)
    given = _assigned(word.name, word.sort, names, arguments, at)
    for parameter in parameters:
        if parameter.name in given:
            yield compile_(given[parameter.name])
        else:
            yield _default(word, parameter, at)


def _default(word: Word, parameter: Parameter, at: int) -> Evaluate:
    default = parameter.default
    if isinstance(default, Required):
        raise ExpressionSyntaxError(
            f"The {word.sort} `{word.name}` expects an argument `{parameter.name}`", offset=at
        )
    return lambda frame: default


def _function(run: Run, bound: tuple[Evaluate, ...]) -> Evaluate:
    if not bound:
        return lambda frame: run(frame)
    return lambda frame: run(frame, *[argument(frame) for argument in bound])


def _filter(word: Word, base: Evaluate, bound: tuple[Evaluate, ...]) -> Evaluate:
    run, takes_null = word.run, word.takes_null

    def apply(frame: Frame) -> Value:
        value = base(frame)
        if value is None and not takes_null:
            return None
        return run(frame, value, *[argument(frame) for argument in bound])

    return apply


def guarded(run: Evaluate, at: int, word: Word | None = None) -> Evaluate:
    """The same closure; every error that leaves it is an `ExpressionError` that knows its place."""
    title = f"The {word.sort} `{word.name}`" if word else "The operation"
    costs = word is not None

    def guard(frame: Frame) -> Value:
        try:
            if costs:
                frame.meter.spend()
            return run(frame)
        except ExpressionError as error:
            raise error.at(at) from error.__cause__
        except _UNSUITABLE as error:
            raise ExpressionError(
                f"{title} cannot use this value ({_short(error)})",
                code=ErrorCode.FUNCTION,
                offset=at,
            ) from error
        except MemoryError as error:
            raise BudgetExceededError(f"{title} needs too much memory", offset=at) from error

    return guard


def _short(error: Exception) -> str:
    text = str(error).partition("\n")[0]
    return text[:120] or type(error).__name__
