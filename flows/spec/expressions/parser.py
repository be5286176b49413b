"""Templates from tokens: text, prints and tags."""

from __future__ import annotations

from collections.abc import Callable

from flows.spec.expressions.errors import ExpressionSyntaxError, nearest
from flows.spec.expressions.nodes import (
    Block,
    Body,
    Expression,
    Filter,
    FilterBlock,
    For,
    If,
    Literal,
    Macro,
    Name,
    Print,
    Set,
    Statement,
    Text,
)
from flows.spec.expressions.syntax import (
    RESERVED,
    TokenReader,
    parse_arguments_if_any,
    parse_expression,
    with_depth,
)
from flows.spec.expressions.tokens import Kind, Token, tokenize

# Tags of other template languages that load another template; here there is none to load.
_LOADERS = frozenset({"import", "from", "include", "extends", "embed"})


def parse_template(source: str) -> Body:
    """The syntax tree of a source; raises nothing but a located `ExpressionSyntaxError`."""
    try:
        reader = TokenReader(tokenize(source))
        body, _ = _body(reader, frozenset())
    except ExpressionSyntaxError as error:
        raise error.locate(source) from None
    except RecursionError:
        raise ExpressionSyntaxError(
            "The template nests too deeply", offset=0, source=source
        ) from None
    return body


def _body(reader: TokenReader, ends: frozenset[str]) -> tuple[Body, Token]:
    """Statements up to one of the given tags, whose name is consumed and answered."""
    statements: list[Statement] = []
    while True:
        token = reader.next()
        match token.kind:
            case Kind.TEXT:
                statements.append(Text(token.text))
            case Kind.PRINT_OPEN:
                statements.append(Print(parse_expression(reader)))
                reader.expect_kind(Kind.PRINT_CLOSE, "an operator or `}}`")
            case Kind.TAG_OPEN:
                name = reader.expect_kind(Kind.NAME, "the name of a tag")
                if name.text in ends:
                    return tuple(statements), name
                statements.append(_tag(reader, name))
            case _:
                if ends:
                    raise ExpressionSyntaxError(
                        f"Expected `{{% {' or '.join(sorted(ends))} %}}`, found the end of the "
                        "template",
                        offset=token.at,
                    )
                return tuple(statements), token


def _tag(reader: TokenReader, name: Token) -> Statement:
    parse = _TAGS.get(name.text)
    if parse is None:
        raise ExpressionSyntaxError(_no_tag(name.text), offset=name.at)
    with_depth(reader)
    statement = parse(reader, name)
    reader.depth -= 1
    return statement


def _no_tag(name: str) -> str:
    if name in _LOADERS:
        return f"The tag `{name}` has no other template to load; define macros in the same text"
    if name.startswith("end") or name in {"else", "elseif", "elif"}:
        return f"The tag `{name}` closes nothing here"
    return f"There is no tag `{name}`{nearest(name, _TAGS)}"


def _close(reader: TokenReader) -> None:
    reader.expect_kind(Kind.TAG_CLOSE, "`%}`")


def _variable(reader: TokenReader) -> str:
    token = reader.expect_kind(Kind.NAME, "a name")
    if token.text in RESERVED:
        raise ExpressionSyntaxError(f"`{token.text}` cannot be a name", offset=token.at)
    return token.text


def _if(reader: TokenReader, name: Token) -> Statement:
    branches: list[tuple[Expression, Body]] = []
    otherwise: Body = ()
    end = name
    while end.text in {"if", "elseif", "elif"}:
        condition = parse_expression(reader)
        _close(reader)
        body, end = _body(reader, frozenset({"elseif", "elif", "else", "endif"}))
        branches.append((condition, body))
    if end.text == "else":
        _close(reader)
        otherwise, _ = _body(reader, frozenset({"endif"}))
    _close(reader)
    return If(tuple(branches), otherwise)


def _for(reader: TokenReader, name: Token) -> Statement:
    targets = [_variable(reader)]
    if reader.accept(","):
        targets.append(_variable(reader))
    if not reader.accept_name("in"):
        raise reader.unexpected("`in`")
    iterable = parse_expression(reader)
    _close(reader)
    body, end = _body(reader, frozenset({"else", "endfor"}))
    otherwise: Body = ()
    if end.text == "else":
        _close(reader)
        otherwise, _ = _body(reader, frozenset({"endfor"}))
    _close(reader)
    return For(tuple(targets), iterable, body, otherwise, name.at)


def _set(reader: TokenReader, name: Token) -> Statement:
    variable = _variable(reader)
    if reader.accept("="):
        value = parse_expression(reader)
        _close(reader)
        return Set(variable, value)
    _close(reader)
    body, _ = _body(reader, frozenset({"endset"}))
    _close(reader)
    return Set(variable, body)


def _block(reader: TokenReader, name: Token) -> Statement:
    token = reader.current
    if token.kind not in (Kind.NAME, Kind.STRING):
        raise reader.unexpected("the name of the block")
    reader.next()
    _close(reader)
    body, _ = _body(reader, frozenset({"endblock"}))
    if reader.current.kind in (Kind.NAME, Kind.STRING):
        reader.next()
    _close(reader)
    return Block(token.text, body, name.at)


def _macro(reader: TokenReader, name: Token) -> Statement:
    title = _variable(reader)
    reader.expect("(")
    parameters: list[tuple[str, Expression | None]] = []
    while not reader.accept(")"):
        if parameters:
            reader.expect(",")
        parameter = _variable(reader)
        default = parse_expression(reader) if reader.accept("=") else None
        parameters.append((parameter, default))
    _close(reader)
    body, _ = _body(reader, frozenset({"endmacro"}))
    if reader.current.kind is Kind.NAME:
        reader.next()
    _close(reader)
    return Macro(title, tuple(parameters), body, name.at)


def _filter(reader: TokenReader, name: Token) -> Statement:
    # No user can write this name, so it hides nothing.
    marker = f"filter@{name.at}"
    filtered: Expression = Name(marker, name.at)
    while True:
        token = reader.expect_kind(Kind.NAME, "the name of a filter")
        filtered = Filter(filtered, token.text, parse_arguments_if_any(reader), token.at)
        if not reader.accept("|"):
            break
    _close(reader)
    body, _ = _body(reader, frozenset({"endfilter"}))
    _close(reader)
    return FilterBlock(marker, filtered, body)


def _autoescape(reader: TokenReader, name: Token) -> Statement:
    """Accepted for templates that switch escaping off; nothing is ever escaped here."""
    if reader.current.kind is not Kind.TAG_CLOSE:
        parse_expression(reader)
    _close(reader)
    body, _ = _body(reader, frozenset({"endautoescape"}))
    _close(reader)
    return If(((Literal(True, name.at), body),), ())


_TAGS: dict[str, Callable[[TokenReader, Token], Statement]] = {
    "if": _if,
    "for": _for,
    "set": _set,
    "block": _block,
    "macro": _macro,
    "filter": _filter,
    "autoescape": _autoescape,
}

# For the catalogue: each tag as its users write it, and what it is for.
TAGS: dict[str, tuple[str, str]] = {
    "if": ("{% if x %}…{% elseif y %}…{% else %}…{% endif %}", "Render one of several parts."),
    "for": ("{% for x in xs %}…{% else %}…{% endfor %}", "Render a part for each item."),
    "set": ("{% set x = value %}", "Give a value a name."),
    "block": ("{% block name %}…{% endblock %}", "Render a part that `block(name)` repeats."),
    "macro": ("{% macro name(a, b=1) %}…{% endmacro %}", "Define a part to call with arguments."),
    "filter": ("{% filter upper %}…{% endfilter %}", "Send a rendered part through filters."),
    "raw": ("{% raw %}…{% endraw %}", "Keep braces as they are."),
    "verbatim": ("{% verbatim %}…{% endverbatim %}", "Keep braces as they are."),
    "autoescape": ("{% autoescape false %}…{% endautoescape %}", "Nothing is ever escaped."),
    "import": ("{% import 'name' %}", "Refused: there is no other template to load."),
}
