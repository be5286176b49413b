"""Tokens of a template, and the lexer that cuts a source into them.

A source is text with islands of code. Text between the islands comes out as TEXT tokens, after
whitespace control; code comes out word by word. Comments and raw parts never leave the lexer.
A double-quoted string with `#{…}` inside is handed on as the concatenation that it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from flows.spec.expressions.errors import ExpressionSyntaxError

_MAX_TOKENS = 20_000
_MAX_INTERPOLATION = 10

_OPENING = re.compile(r"\{[{%#]")
_RAW = re.compile(r"\s*(raw|verbatim)\s*(-?)%\}")
_TOKEN = re.compile(
    r"""
      (?P<number>  \d+(?:\.\d+)?(?:[eE][+-]?\d+)?[lL]? )
    | (?P<name>    [^\W\d]\w* )
    | (?P<single>  '[^'\\]*(?:\\.[^'\\]*)*' )
    | (?P<double>  " )
    | (?P<operator> \?\?\?|\?\?|==|!=|<=|>=|\.\.|[-+*/%~<>|.,:?=()\[\]{}] )
    """,
    re.VERBOSE | re.DOTALL,
)
_INDEX = re.compile(r"\d+")
_SPACE = re.compile(r"\s*")
_DOUBLE_PART = re.compile(r"((?:[^\"\\#]|\\.|#(?!\{))*)(\"|\#\{)", re.DOTALL)
_ESCAPE = re.compile(r"\\(['\"\\])")


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    PRINT_OPEN = auto()
    PRINT_CLOSE = auto()
    TAG_OPEN = auto()
    TAG_CLOSE = auto()
    NAME = auto()
    NUMBER = auto()
    STRING = auto()
    OPERATOR = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a template and the offset it begins at."""

    kind: Kind
    text: str
    at: int

    def is_operator(self, text: str) -> bool:
        return self.kind is Kind.OPERATOR and self.text == text

    def is_name(self, text: str) -> bool:
        return self.kind is Kind.NAME and self.text == text

    def describe(self) -> str:
        """The token as an error message names it."""
        match self.kind:
            case Kind.END:
                return "the end of the template"
            case Kind.PRINT_CLOSE | Kind.TAG_CLOSE:
                return f"the closing `{self.text}`"
            case Kind.STRING:
                return f"the text '{self.text[:30]}'"
            case Kind.TEXT:
                return "text"
            case _:
                return f"`{self.text}`"


def is_template(text: str) -> bool:
    """Whether a text contains an expression, a tag or a comment at all."""
    return "{" in text and _OPENING.search(text) is not None


def tokenize(source: str) -> list[Token]:
    """The tokens of a source, ending with END; refuses what is no token."""
    return _Lexer(source).run()


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.tokens: list[Token] = []
        self.trim_next = False

    def run(self) -> list[Token]:
        while self.place < len(self.source):
            opening = _OPENING.search(self.source, self.place)
            self._text(opening.start() if opening else len(self.source))
            if opening:
                self._island(opening.group())
        self._push(Kind.END, "", len(self.source))
        return self.tokens

    def _push(self, kind: Kind, text: str, at: int) -> None:
        if len(self.tokens) >= _MAX_TOKENS:
            raise ExpressionSyntaxError(f"A template has at most {_MAX_TOKENS} words", offset=at)
        self.tokens.append(Token(kind, text, at))

    def _text(self, end: int) -> None:
        """Everything up to the next island, stripped where a dash asks for it."""
        at, text = self.place, self.source[self.place : end]
        if self.trim_next:
            text = text.lstrip()
            self.trim_next = False
        if self.source.startswith("-", end + 2):
            text = text.rstrip()
        if text:
            self._push(Kind.TEXT, text, at)
        self.place = end

    def _island(self, opening: str) -> None:
        at = self.place
        self.place += 2
        if self.source.startswith("-", self.place):
            self.place += 1
        if opening == "{#":
            self._comment(at)
        elif opening == "{{":
            self._push(Kind.PRINT_OPEN, "{{", at)
            self._code(at, Kind.PRINT_CLOSE, "}}")
        elif raw := _RAW.match(self.source, self.place):
            self._raw(at, raw)
        else:
            self._push(Kind.TAG_OPEN, "{%", at)
            self._code(at, Kind.TAG_CLOSE, "%}")

    def _comment(self, at: int) -> None:
        end = self.source.find("#}", self.place)
        if end < 0:
            raise ExpressionSyntaxError("The comment is never closed; end it with `#}`", offset=at)
        self.trim_next = self.source[end - 1] == "-" and end > self.place
        self.place = end + 2

    def _raw(self, at: int, opening: re.Match[str]) -> None:
        word = opening[1]
        closing = re.compile(rf"\{{%(-?)\s*end{word}\s*(-?)%\}}")
        match = closing.search(self.source, opening.end())
        if match is None:
            raise ExpressionSyntaxError(
                f"`{word}` is never closed; end it with `{{% end{word} %}}`", offset=at
            )
        text = self.source[opening.end() : match.start()]
        text = text.lstrip() if opening[2] else text
        text = text.rstrip() if match[1] else text
        if text:
            self._push(Kind.TEXT, text, opening.end())
        self.trim_next = bool(match[2])
        self.place = match.end()

    def _code(self, at: int, close: Kind, mark: str) -> None:
        """The words up to the closing mark; inside brackets the mark is not looked for."""
        brackets: list[Token] = []
        while True:
            self._skip_space()
            if not brackets and self._closes(close, mark):
                return
            if self.place >= len(self.source):
                if brackets:
                    opened = brackets[-1]
                    raise ExpressionSyntaxError(
                        f"The bracket `{opened.text}` is never closed", offset=opened.at
                    )
                raise ExpressionSyntaxError(
                    f"The expression is never closed; end it with `{mark}`", offset=at
                )
            self._balance(brackets, self._word(0))

    def _closes(self, close: Kind, mark: str) -> bool:
        for text, trims in ((mark, False), ("-" + mark, True)):
            if self.source.startswith(text, self.place):
                self._push(close, mark, self.place)
                self.trim_next = trims
                self.place += len(text)
                return True
        return False

    def _balance(self, brackets: list[Token], token: Token | None) -> None:
        if token is None or token.text not in _PAIRS:
            return
        expected = _PAIRS[token.text]
        if not expected:
            brackets.append(token)
            return
        opened = brackets.pop() if brackets else None
        if opened and opened.text != expected and token.text == "}":
            # Most likely the closing mark of the island, met while a bracket is open.
            raise ExpressionSyntaxError(
                f"The bracket `{opened.text}` is never closed", offset=opened.at
            )
        if opened is None or opened.text != expected:
            raise ExpressionSyntaxError(f"Unexpected `{token.text}`", offset=token.at)

    def _word(self, depth: int) -> Token | None:
        """Read one word; answers it when it is an operator, which may be a bracket."""
        at = self.place
        after_dot = self.tokens[-1].is_operator(".")
        match = (_INDEX.match(self.source, at) if after_dot else None) or _TOKEN.match(
            self.source, at
        )
        if match is None:
            raise ExpressionSyntaxError(_unexpected(self.source[at]), offset=at)
        self.place = match.end()
        group = match.lastgroup
        if group == "double":
            self._double(at, depth)
        elif group == "single":
            self._push(Kind.STRING, _unescaped(match.group()[1:-1]), at)
        elif group == "name":
            self._push(Kind.NAME, match.group(), at)
        elif group == "operator":
            self._push(Kind.OPERATOR, match.group(), at)
            return self.tokens[-1]
        else:
            self._push(Kind.NUMBER, match.group(), at)
        return None

    def _double(self, at: int, depth: int) -> None:
        """A double-quoted string; one with `#{…}` becomes a parenthesised concatenation."""
        first = len(self.tokens)
        interpolated = False
        while True:
            match = _DOUBLE_PART.match(self.source, self.place)
            if match is None:
                raise ExpressionSyntaxError("The text is never closed by a quote", offset=at)
            self._push(Kind.STRING, _unescaped(match[1]), self.place)
            self.place = match.end()
            if match[2] == '"':
                break
            interpolated = True
            self._interpolation(at, depth + 1)
        if interpolated:
            self.tokens.insert(first, Token(Kind.OPERATOR, "(", at))
            self._push(Kind.OPERATOR, ")", self.place - 1)

    def _interpolation(self, at: int, depth: int) -> None:
        if depth > _MAX_INTERPOLATION:
            raise ExpressionSyntaxError("Texts within texts nest too deeply", offset=at)
        self._push(Kind.OPERATOR, "~", self.place)
        self._push(Kind.OPERATOR, "(", self.place)
        brackets: list[Token] = []
        while True:
            self._skip_space()
            if not brackets and self.source.startswith("}", self.place):
                break
            if self.place >= len(self.source):
                raise ExpressionSyntaxError("`#{` is never closed", offset=at)
            self._balance(brackets, self._word(depth))
        self._push(Kind.OPERATOR, ")", self.place)
        self._push(Kind.OPERATOR, "~", self.place)
        self.place += 1

    def _skip_space(self) -> None:
        match = _SPACE.match(self.source, self.place)
        if match:
            self.place = match.end()


# A closing bracket and the opening one it needs; an opening bracket needs none.
_PAIRS = {"(": "", "[": "", "{": "", ")": "(", "]": "[", "}": "{"}


def _unescaped(text: str) -> str:
    """Only quotes and backslashes are escaped: `\\d` stays what a regular expression needs."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _unexpected(character: str) -> str:
    hints = {"&": "; write `and`", "!": "; write `not`", "'": "; the text is never closed"}
    return f"Unexpected character `{character}`{hints.get(character, '')}"
