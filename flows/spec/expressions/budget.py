"""How much one evaluation may cost, and the meter that stops it before it costs more."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.spec.expressions.errors import BudgetExceededError

# Text of this length costs one step on top of the call's own: long texts are not free.
_CHARS_PER_STEP = 256
_CHARS_PER_STEP_OF_DATA = 32
_ITEMS_PER_STEP = 8
# The clock is read once in so many steps; reading it at every step would cost more than the step.
_STEPS_BETWEEN_CLOCK = 256


@dataclass(frozen=True, slots=True)
class Budget:
    """Ceilings of one evaluation; `render()` inside it draws on the same ones."""

    steps: int = 100_000
    output_chars: int = 1_048_576
    depth: int = 100
    seconds: float = 2.0
    clock: Callable[[], float] = time.monotonic


DEFAULT_BUDGET = Budget()


class Meter:
    """Counts what an evaluation has used; every method raises `BudgetExceededError` beyond the budget.

    Work is announced before it is done, so that a refused evaluation has allocated nothing.
    """

    __slots__ = ("_deadline", "_depth", "_left", "_next_clock", "budget")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._left = budget.steps
        self._next_clock = budget.steps - _STEPS_BETWEEN_CLOCK
        self._deadline: float | None = None
        self._depth = 0

    def spend(self, steps: int = 1) -> None:
        """Use some steps."""
        self._left -= steps
        if self._left < self._next_clock:
            self._look_at_clock()

    def _look_at_clock(self) -> None:
        if self._left < 0:
            raise BudgetExceededError(
                f"The evaluation needs more than {self.budget.steps} steps; "
                "loop over less or move the work into a task"
            )
        self._next_clock = self._left - _STEPS_BETWEEN_CLOCK
        if self.seconds_left() <= 0:
            raise BudgetExceededError(f"The evaluation takes longer than {self.budget.seconds} s")

    def seconds_left(self) -> float:
        """Time left, counted from the first time anybody asked."""
        now = self.budget.clock()
        if self._deadline is None:
            self._deadline = now + self.budget.seconds
        return self._deadline - now

    def text(self, chars: int) -> None:
        """Announce a text of so many characters."""
        if chars > self.budget.output_chars:
            raise BudgetExceededError(
                f"A text of {chars} characters is longer than the {self.budget.output_chars} "
                "allowed; write it to a file instead"
            )
        self.spend(1 + chars // _CHARS_PER_STEP)

    def data(self, chars: int) -> None:
        """Announce that a text is read into values, which take far more memory than it."""
        self.text(chars)
        self.spend(chars // _CHARS_PER_STEP_OF_DATA)

    def items(self, count: int) -> None:
        """Announce a list or map of so many items."""
        self.spend(1 + count // _ITEMS_PER_STEP)

    def enter(self) -> None:
        """Go one macro, block or `render()` deeper; pair with `leave`."""
        self._depth += 1
        if self._depth > self.budget.depth:
            raise BudgetExceededError(
                f"Macros or render() nest deeper than {self.budget.depth}; "
                "does something refer to itself?"
            )

    def leave(self) -> None:
        """Come back from `enter`."""
        self._depth -= 1

    def weigh(self, value: object) -> int:
        """Count all that a value holds, deeply, before something walks through it.

        A list that holds the same list twice, thirty times over, takes no memory until it is
        printed; this refuses it first.
        """
        limit = self.budget.output_chars
        count = 0
        pending = [value]
        while pending:
            item = pending.pop()
            count += len(item) + 2 if isinstance(item, str) else 2
            if count > limit:
                raise BudgetExceededError(f"A value holds more than {limit} characters")
            if isinstance(item, Mapping):
                pending.extend(item)
                pending.extend(item.values())
            elif isinstance(item, list | tuple):
                if len(item) + count > limit:
                    raise BudgetExceededError(f"A value holds more than {limit} items")
                pending.extend(item)
        self.spend(1 + count // _CHARS_PER_STEP)
        return count
