"""Expressions from tokens: precedence climbing, with the nesting bounded.

From weakest to strongest: inline `if` and `?:`, or, and, not, (is, contains, in), comparison,
sums, products, filters, `~`, `..`, the two coalescing operators, signs. Filters bind more weakly
than `~` and `??`, so `a ~ b | upper` changes both: flows rely on it.
"""

from __future__ import annotations

from flows.spec.expressions.errors import ExpressionSyntaxError
from flows.spec.expressions.nodes import (
    NO_ARGUMENTS,
    Arguments,
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
from flows.spec.expressions.tokens import Kind, Token

_MAX_DEPTH = 120
_MAX_LINKS = 100
_MAX_DIGITS = 300

_NOT = 16
_SIGN = 500
_STRENGTH = {
    "or": 10, "and": 15, "is": 20, "contains": 20, "in": 20, "not in": 20,
    "==": 30, "equals": 30, "!=": 30, ">": 30, "<": 30, ">=": 30, "<=": 30,
    "+": 40, "-": 40, "*": 60, "/": 60, "%": 60,
    "|": 100, "~": 110, "..": 120, "??": 120, "???": 120,
}  # fmt: skip
_WORDS = frozenset({"or", "and", "is", "contains", "in", "equals"})
_FLAT = frozenset({"or", "and", "~"})
_CONSTANTS: dict[str, bool | None] = {
    "true": True, "TRUE": True, "True": True, "false": False, "FALSE": False, "False": False,
    "null": None, "NULL": None, "none": None, "NONE": None, "None": None,
}  # fmt: skip
RESERVED = frozenset({*_CONSTANTS, "not", "or", "and", "is", "in", "if", "else"})


class TokenReader:
    """The tokens and the place in them; parsers of expressions and of tags share it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.index]

    @property
    def following(self) -> Token:
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)]

    def next(self) -> Token:
        token = self.tokens[self.index]
        if token.kind is not Kind.END:
            self.index += 1
        return token

    def accept(self, operator: str) -> bool:
        """Step over an operator if it is the current token."""
        if self.current.is_operator(operator):
            self.index += 1
            return True
        return False

    def accept_name(self, name: str) -> bool:
        if self.current.is_name(name):
            self.index += 1
            return True
        return False

    def expect(self, operator: str) -> Token:
        if not self.current.is_operator(operator):
            raise self.unexpected(f"`{operator}`")
        return self.next()

    def expect_kind(self, kind: Kind, wanted: str) -> Token:
        if self.current.kind is not kind:
            raise self.unexpected(wanted)
        return self.next()

    def unexpected(self, wanted: str) -> ExpressionSyntaxError:
        token = self.current
        return ExpressionSyntaxError(
            f"Expected {wanted}, found {token.describe()}", offset=token.at
        )


def parse_expression(reader: TokenReader) -> Expression:
    """A whole expression, including `a ? b : c` and `a if c else b`."""
    with_depth(reader)
    condition = _operation(reader, 0)
    at = reader.current.at
    if reader.accept("?"):
        then = parse_expression(reader)
        reader.expect(":")
        condition = Ternary(condition, then, parse_expression(reader), at)
    elif reader.accept_name("if"):
        test = _operation(reader, 0)
        if not reader.accept_name("else"):
            raise reader.unexpected("`else` of the inline `if`")
        condition = Ternary(test, condition, parse_expression(reader), at)
    reader.depth -= 1
    return condition


def with_depth(reader: TokenReader) -> None:
    """Go one level deeper; the caller takes it back when it leaves without an error."""
    reader.depth += 1
    if reader.depth > _MAX_DEPTH:
        raise ExpressionSyntaxError("The expression nests too deeply", offset=reader.current.at)


def _operation(reader: TokenReader, weakest: int) -> Expression:
    with_depth(reader)
    left = _operand(reader)
    links = 0
    while (operator := _operator(reader)) and _STRENGTH[operator] >= weakest:
        links += 1
        if links > _MAX_LINKS:
            raise ExpressionSyntaxError(
                f"More than {_MAX_LINKS} operations in a row", offset=reader.current.at
            )
        left = _linked(reader, left, operator)
    reader.depth -= 1
    return left


def _operator(reader: TokenReader) -> str:
    """The binary operator at the current place, or nothing."""
    token = reader.current
    if token.kind is Kind.OPERATOR:
        return token.text if token.text in _STRENGTH else ""
    if token.kind is Kind.NAME:
        if token.text in _WORDS:
            return token.text
        if token.text == "not" and reader.following.is_name("in"):
            return "not in"
    return ""


def _linked(reader: TokenReader, left: Expression, operator: str) -> Expression:
    at = reader.next().at
    if operator == "|":
        return _filter(reader, left)
    if operator == "is":
        return _test(reader, left)
    if operator == "not in":
        reader.next()
        contains = Binary("in", left, _operation(reader, _STRENGTH["in"] + 1), at)
        return Unary("not", contains, at)
    right = _operation(reader, _STRENGTH[operator] + 1)
    if operator in _FLAT:
        return _chained(reader, left, operator, right, at)
    return Binary("==" if operator == "equals" else operator, left, right, at)


def _chained(
    reader: TokenReader, left: Expression, operator: str, right: Expression, at: int
) -> Expression:
    operands = [left, right]
    while _operator(reader) == operator:
        reader.next()
        operands.append(_operation(reader, _STRENGTH[operator] + 1))
    return Chain(operator, tuple(operands), at)


def _filter(reader: TokenReader, base: Expression) -> Expression:
    name = reader.expect_kind(Kind.NAME, "the name of a filter")
    return Filter(base, name.text, parse_arguments_if_any(reader), name.at)


def _test(reader: TokenReader, base: Expression) -> Expression:
    negated = reader.accept_name("not")
    name = reader.expect_kind(Kind.NAME, "the name of a test")
    return Test(base, name.text, parse_arguments_if_any(reader), negated, name.at)


def parse_arguments_if_any(reader: TokenReader) -> Arguments:
    return _arguments(reader) if reader.current.is_operator("(") else NO_ARGUMENTS


def _arguments(reader: TokenReader) -> Arguments:
    reader.expect("(")
    positional: list[Expression] = []
    named: list[tuple[str, Expression]] = []
    while not reader.accept(")"):
        if positional or named:
            reader.expect(",")
            if reader.accept(")"):
                break
        if reader.current.kind is Kind.NAME and reader.following.is_operator("="):
            name = reader.next().text
            reader.next()
            named.append((name, parse_expression(reader)))
        elif named:
            raise reader.unexpected("a named argument; those without a name come first")
        else:
            positional.append(parse_expression(reader))
    return Arguments(tuple(positional), tuple(named))


def _operand(reader: TokenReader) -> Expression:
    token = reader.current
    if token.is_name("not"):
        reader.next()
        return Unary("not", _operation(reader, _NOT), token.at)
    if token.is_operator("-") or token.is_operator("+"):
        reader.next()
        return Unary(token.text, _operation(reader, _SIGN), token.at)
    return _postfixed(reader, _primary(reader))


def _primary(reader: TokenReader) -> Expression:
    token = reader.current
    if token.kind is Kind.NAME:
        return _named(reader)
    if token.kind is Kind.STRING:
        return Literal(reader.next().text, token.at)
    if token.kind is Kind.NUMBER:
        return Literal(_number(reader.next()), token.at)
    if reader.accept("("):
        inner = parse_expression(reader)
        reader.expect(")")
        return inner
    if reader.accept("["):
        return ListLiteral(_items(reader), token.at)
    if reader.accept("{"):
        return MapLiteral(_pairs(reader), token.at)
    raise reader.unexpected("a value")


def _named(reader: TokenReader) -> Expression:
    token = reader.next()
    if token.text in _CONSTANTS:
        return Literal(_CONSTANTS[token.text], token.at)
    if reader.current.is_operator("("):
        return Call(token.text, _arguments(reader), token.at)
    return Name(token.text, token.at)


def _postfixed(reader: TokenReader, base: Expression) -> Expression:
    links = 0
    while True:
        token = reader.current
        if reader.accept("."):
            base = Attribute(base, _key(reader), token.at)
        elif reader.accept("["):
            key = parse_expression(reader)
            reader.expect("]")
            base = Attribute(base, key, token.at)
        else:
            return base
        links += 1
        if links > _MAX_LINKS:
            raise ExpressionSyntaxError(f"A path has at most {_MAX_LINKS} keys", offset=token.at)


def _key(reader: TokenReader) -> Expression:
    token = reader.current
    if token.kind is Kind.NUMBER and token.text.isdecimal():
        return Literal(_number(reader.next()), token.at)
    token = reader.expect_kind(Kind.NAME, "a key after the dot")
    if reader.current.is_operator("("):
        raise ExpressionSyntaxError(
            f"Values have no methods: `{token.text}` cannot be called; use a filter",
            offset=token.at,
        )
    return Literal(token.text, token.at)


def _items(reader: TokenReader) -> tuple[Expression, ...]:
    items: list[Expression] = []
    while not reader.accept("]"):
        if items:
            reader.expect(",")
            if reader.accept("]"):
                break
        items.append(parse_expression(reader))
    return tuple(items)


def _pairs(reader: TokenReader) -> tuple[tuple[Expression, Expression], ...]:
    pairs: list[tuple[Expression, Expression]] = []
    while not reader.accept("}"):
        if pairs:
            reader.expect(",")
            if reader.accept("}"):
                break
        key = parse_expression(reader)
        reader.expect(":")
        pairs.append((key, parse_expression(reader)))
    return tuple(pairs)


def _number(token: Token) -> int | float:
    text = token.text.rstrip("lL")
    if len(text) > _MAX_DIGITS:
        raise ExpressionSyntaxError(f"A number has at most {_MAX_DIGITS} digits", offset=token.at)
    if text.isdecimal():
        return int(text)
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ExpressionSyntaxError("The number is too large", offset=token.at)
    return number
