"""Expressions can be read, and name tasks, inputs and variables that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flows.spec.diagnostics import Diagnostic, Path, nearest
from flows.spec.expressions import ExpressionError, References, compile_template
from flows.spec.lint.finding import Subject
from flows.spec.render import templates_of, texts_inside
from flows.spec.symbols import Symbols


@dataclass(slots=True)
class _Texts:
    """Every text with an expression: in tasks, outputs and inputs, and in triggers."""

    subject: Subject
    inside: list[tuple[Path, str]] = field(default_factory=list)
    outside: list[tuple[Path, str]] = field(default_factory=list)

    def collect(self) -> None:
        flow, data = self.subject.flow, self.subject.document.data
        for place, task in self.subject.tasks:
            self.inside.extend(((*place, *inner), text) for inner, text in templates_of(task))
        for key in ("outputs", "sla", "checks"):
            self.inside.extend(texts_inside(data.get(key), (key,)))
        for number, trigger in enumerate(flow.triggers):
            place = ("triggers", number)
            self.outside.extend(((*place, *inner), text) for inner, text in templates_of(trigger))
        self.outside.extend(texts_inside(data.get("inputs"), ("inputs",)))


def expressions(subject: Subject) -> Iterator[Diagnostic]:
    texts = _Texts(subject)
    texts.collect()
    symbols = Symbols.of(subject.flow)
    for place, text in texts.inside:
        found = _references(text)
        if isinstance(found, ExpressionError):
            yield _unreadable(subject, place, found)
        else:
            yield from _unknown(subject, place, found, symbols)
    for place, text in texts.outside:
        found = _references(text)
        if isinstance(found, ExpressionError):
            yield _unreadable(subject, place, found)


def _references(text: str) -> References | ExpressionError:
    try:
        return compile_template(text).references
    except ExpressionError as error:
        return error


def _unreadable(subject: Subject, place: Path, error: ExpressionError) -> Diagnostic:
    return subject.error(place, "expression.syntax", str(error))


def _unknown(
    subject: Subject, place: Path, found: References, symbols: Symbols
) -> Iterator[Diagnostic]:
    tasks = (path[1] for path in found.outputs if len(path) > 1)
    yield from _missing(subject, place, "task", tasks, symbols.tasks)
    inputs = (name for name in found.inputs if not symbols.has_input(name))
    yield from _missing(subject, place, "input", inputs, symbols.inputs)
    if not symbols.sets_variables:
        variables = (name.split(".", 1)[0] for name in found.vars)
        yield from _missing(subject, place, "variable", variables, symbols.variables)


def _missing(
    subject: Subject, place: Path, kind: str, names: Iterable[str], known: frozenset[str]
) -> Iterator[Diagnostic]:
    for name in dict.fromkeys(names):
        if name in known:
            continue
        near = nearest(name, known)
        hint = f"; did you mean '{near}'?" if near else ""
        message = f"There is no {kind} '{name}' in this flow{hint}"
        yield subject.warning(place, f"reference.{kind}", message, replacement=near)
