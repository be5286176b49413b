"""Templates: compiled once by source text, rendered many times.

Theory of operation. `compile_template` lexes, parses and compiles a source into closures and finds
its references; the result is cached by the source text and shared between threads, so it holds no
state. A rendering makes a `Frame` (names, services, meter) and calls the closures with it. Every
error that leaves a template says where in its source it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flows.spec.expressions import vocabulary as _vocabulary
from flows.spec.expressions.budget import DEFAULT_BUDGET, Budget, Meter
from flows.spec.expressions.cache import SourceCache
from flows.spec.expressions.errors import (
    BudgetExceededError,
    ExpressionError,
    ExpressionSyntaxError,
)
from flows.spec.expressions.frame import Evaluate, Execute, Frame, captured
from flows.spec.expressions.nodes import Body, Print, Text
from flows.spec.expressions.parser import parse_template
from flows.spec.expressions.references import NO_REFERENCES, References, references_of
from flows.spec.expressions.services import Services
from flows.spec.expressions.statements import StatementCompiler
from flows.spec.expressions.tokens import is_template
from flows.spec.expressions.values import Value, plain

_CACHED_TEMPLATES = 8192
_CACHED_CHARS = 1_000_000

_vocabulary.load()

_T = TypeVar("_T")


class Template:
    """A compiled source; immutable, safe to share between threads."""

    __slots__ = ("_run", "_single", "is_literal", "references", "source")

    def __init__(
        self,
        source: str,
        references: References = NO_REFERENCES,
        run: Execute | None = None,
        single: Evaluate | None = None,
    ) -> None:
        self.source = source
        self.is_literal = run is None
        self.references = references
        self._run = run
        self._single = single

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def render(
        self,
        context: Mapping[str, Value],
        *,
        services: Services,
        budget: Budget | None = None,
    ) -> str:
        """The text with every expression replaced by what it prints."""
        if self._run is None:
            return self.source
        return self.render_in(Frame(context, services, Meter(budget or DEFAULT_BUDGET)))

    def evaluate(
        self,
        context: Mapping[str, Value],
        *,
        services: Services,
        budget: Budget | None = None,
    ) -> Value:
        """The value itself when the source is exactly one `{{ … }}`, else the rendered text."""
        single = self._single
        if single is None:
            return self.render(context, services=services, budget=budget)
        frame = Frame(context, services, Meter(budget or DEFAULT_BUDGET))
        return self._protected(lambda: plain(single(frame), frame.meter))

    def render_in(self, frame: Frame) -> str:
        """Render inside an evaluation that is under way: same names, same meter."""
        run = self._run
        if run is None:
            return self.source
        return self._protected(lambda: captured(frame, run))

    def _protected(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except ExpressionError as error:
            raise error.locate(self.source) from error.__cause__
        except RecursionError:
            deep = BudgetExceededError("The expression or its values nest too deeply", offset=0)
            raise deep.locate(self.source) from None


def compile_template(source: str) -> Template:
    """The template of a source, cached; raises `ExpressionSyntaxError` with line and column."""
    if not is_template(source):
        return Template(source)
    return _cache.get(source)


def _compiled(source: str) -> Template:
    body = parse_template(source)
    try:
        compiler = StatementCompiler(body)
        run = compiler.body(body)
        only = _only_expression(body)
        single = compiler.expressions.compile(only.expression) if only else None
        return Template(source, references_of(body), run, single)
    except ExpressionSyntaxError as error:
        raise error.locate(source) from None
    except RecursionError:
        raise ExpressionSyntaxError(
            "The template nests too deeply", offset=0, source=source
        ) from None


_cache = SourceCache(_compiled, entries=_CACHED_TEMPLATES, chars=_CACHED_CHARS)


def _only_expression(body: Body) -> Print | None:
    """The one print of a source that holds nothing else but blanks."""
    telling = [part for part in body if not (isinstance(part, Text) and not part.text.strip())]
    only = telling[0] if len(telling) == 1 else None
    return only if isinstance(only, Print) else None


def render_value(
    value: Value,
    context: Mapping[str, Value],
    *,
    services: Services,
    budget: Budget | None = None,
) -> Value:
    """A value with every text in it rendered, keys of maps too; one budget for all of them."""
    frame = Frame(context, services, Meter(budget or DEFAULT_BUDGET))
    try:
        return _rendered(frame, value)
    except RecursionError:
        raise BudgetExceededError("The value nests too deeply", offset=0) from None


def _rendered(frame: Frame, value: Value) -> Value:
    if isinstance(value, str):
        return compile_template(value).render_in(frame) if is_template(value) else value
    if isinstance(value, Mapping):
        return {_key(frame, key): _rendered(frame, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rendered(frame, item) for item in value]
    return value


def _key(frame: Frame, key: str) -> str:
    return compile_template(key).render_in(frame) if is_template(key) else key
