"""What goes wrong in an expression: one error class, stable codes, a message with a place.

An error is raised deep inside an evaluation, where nobody knows the template's text. It carries
an offset at most; the template that is being rendered adds its source on the way out (`locate`).
The first template to do so wins, so an error inside `render(x)` points into `x`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import Self

_EXCERPT = 200
_KEYS_SHOWN = 20


class ErrorCode(StrEnum):
    """Stable names of what can go wrong; clients may branch on them."""

    SYNTAX = "expression.syntax"
    UNDEFINED = "expression.undefined"
    TYPE = "expression.type"
    BUDGET = "expression.budget"
    FUNCTION = "expression.function"


class ExpressionError(Exception):
    """An expression cannot be parsed or evaluated; `str()` says what, where and what to try."""

    def __init__(
        self,
        message: str,
        *,
        code: str = ErrorCode.FUNCTION,
        offset: int | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(message)
        self._message = message
        self.code = str(code)
        self.offset = offset
        self.source = source
        self.line: int | None = None
        self.column: int | None = None
        if source is not None:
            self.locate(source)

    @property
    def message(self) -> str:
        """What happened and where, in one sentence."""
        return self._message

    def at(self, offset: int) -> Self:
        """Remember where it happened, unless a more precise place is known."""
        if self.offset is None:
            self.offset = offset
        return self

    def locate(self, source: str) -> Self:
        """Turn the offset into line and column of this source, unless already located."""
        if self.line is not None:
            return self
        offset = min(max(self.offset or 0, 0), len(source))
        before = source[:offset]
        self.source = source
        self.line = before.count("\n") + 1
        self.column = offset - (before.rfind("\n") + 1) + 1
        self._message = self._compose(source, offset)
        return self

    def _compose(self, source: str, offset: int) -> str:
        return (
            f"{self._message} in the expression `{excerpt(source, offset)}` at line {self.line}"
            f", column {self.column}"
        )

    def __str__(self) -> str:
        return self.message


class ExpressionSyntaxError(ExpressionError):
    """The text between the braces is not an expression; nothing was evaluated."""

    def __init__(self, message: str, *, offset: int, source: str | None = None) -> None:
        super().__init__(message, code=ErrorCode.SYNTAX, offset=offset, source=source)


class UndefinedError(ExpressionError):
    """A name or key does not exist; `??`, `default` and `is defined` recover from it.

    The names to suggest are asked for only when the error reaches the user: most of these errors
    are caught, and listing the keys of a lazily loaded mapping may cost a query.
    """

    def __init__(
        self,
        path: str,
        *,
        known: Callable[[], Iterable[str]] = tuple,
        reason: str = "",
        offset: int | None = None,
    ) -> None:
        self.path = path
        self._known = known
        self._reason = reason
        super().__init__(f"Unable to find `{path}`", code=ErrorCode.UNDEFINED, offset=offset)

    def _compose(self, source: str, offset: int) -> str:
        place = f"used in the expression `{excerpt(source, offset)}` at line {self.line}"
        names = [str(name) for name in self._known()]
        parent, dot, leaf = self.path.rpartition(".")
        text = f"{self._message} {place}, column {self.column}"
        if self._reason:
            text += f": {self._reason}"
        # `a.b-c` reads as a subtraction: a key that goes on with a dash is what was meant.
        close = [name for name in names if name.startswith(f"{leaf}-")]
        close = close or get_close_matches(leaf, names, n=1, cutoff=0.5)
        if close:
            text += f". Did you mean `{_joined(parent + dot, close[0])}`?"
        return f"{text} {_listing(parent, names)}".rstrip()


class TypeMismatchError(ExpressionError):
    """An operation met a value that it has no meaning for."""

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message, code=ErrorCode.TYPE, offset=offset)


class BudgetExceededError(ExpressionError):
    """An evaluation asked for more steps, text, depth or time than it was given."""

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message, code=ErrorCode.BUDGET, offset=offset)


def nearest(name: str, names: Iterable[str]) -> str:
    """The sentence that names the closest spelling, or nothing."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def excerpt(source: str, offset: int) -> str:
    """The tag of the template around an offset, cut to a readable length."""
    starts = [source.rfind(mark, 0, offset + 2) for mark in ("{{", "{%", "{#")]
    start = max(0, *starts)
    ends = [end for mark in ("}}", "%}", "#}") if (end := source.find(mark, offset)) >= 0]
    end = min(ends) + 2 if ends else len(source)
    text = source[start:end]
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


def _joined(prefix: str, key: str) -> str:
    if not prefix or key.isidentifier():
        return prefix + key
    return f"{prefix.removesuffix('.')}['{key}']"


def _listing(parent: str, names: list[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(sorted(names)[:_KEYS_SHOWN])
    more = ", …" if len(names) > _KEYS_SHOWN else ""
    return f"(known {'keys of `' + parent + '`' if parent else 'names'}: {shown}{more})"
