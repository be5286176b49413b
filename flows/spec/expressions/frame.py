"""The state of one evaluation: context, local names, services, meter and rendered text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from flows.spec.expressions.budget import Meter
from flows.spec.expressions.errors import BudgetExceededError, UndefinedError
from flows.spec.expressions.services import Services
from flows.spec.expressions.values import Value, text_of

# Inside `render()`, templates kept under these names are rendered too, however deep they lie.
# Nothing else is: data of triggers, inputs, outputs, secrets and keys stays the text that it is.
FOLLOWED_ROOTS = frozenset({"vars", "globals"})


class Frame:
    """What compiled closures are called with; one per evaluation, not shared between threads."""

    __slots__ = ("_emitted", "_most", "context", "follow", "meter", "out", "scopes", "services")

    def __init__(self, context: Mapping[str, Value], services: Services, meter: Meter) -> None:
        self.context = context
        self.services = services
        self.meter = meter
        self.scopes: list[dict[str, Value]] = []
        self.out: list[str] = []
        self.follow = False
        self._emitted = 0
        self._most = meter.budget.output_chars

    def lookup(self, name: str, offset: int) -> Value:
        """The value of a name: the innermost local one, else that of the context."""
        scopes = self.scopes
        if scopes:
            # Most local names are those of the loop at hand.
            if name in scopes[-1]:
                return scopes[-1][name]
            for scope in reversed(scopes):
                if name in scope:
                    return scope[name]
        try:
            return self.context[name]
        except KeyError:
            raise UndefinedError(name, known=self.names, offset=offset) from None

    def assign(self, name: str, value: Value) -> None:
        """Change a local name where it lives, or create it in the innermost scope."""
        for scope in reversed(self.scopes):
            if name in scope:
                scope[name] = value
                return
        if not self.scopes:
            self.scopes.append({})
        self.scopes[-1][name] = value

    def names(self) -> list[str]:
        """All names in reach, for suggestions."""
        local = [name for scope in self.scopes for name in scope if "@" not in name]
        return [*local, *map(str, self.context)]

    def text(self, value: Value) -> str:
        """What a value prints as."""
        return text_of(value, self.meter)

    def emit(self, text: str) -> None:
        """Add to the rendered text."""
        self._emitted += len(text)
        if self._emitted > self._most:
            raise BudgetExceededError(f"The rendered text is longer than {self._most} characters")
        self.out.append(text)


Evaluate: TypeAlias = Callable[[Frame], Value]
Execute: TypeAlias = Callable[[Frame], None]


def captured(frame: Frame, body: Execute) -> str:
    """The text that a body renders, kept out of the template's own output."""
    outer, frame.out = frame.out, []
    try:
        body(frame)
        return "".join(frame.out)
    finally:
        frame.out = outer
