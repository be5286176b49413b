"""How fast the language is: flows of many lines, and expressions beside Jinja2's.

Run: ``python -m tests.bench.language``. Times are processor time, so that a busy machine changes
little. A flow is parsed cold (no expression of it was ever seen) and again; beside it stands how
long libyaml's own loader takes for the same text. Below a ratio of 1 ours is faster. Exit code 1: a
limit is exceeded, or a plain path is slower than Jinja2's.
"""

from __future__ import annotations

import sys
import time
import timeit
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Final

import jinja2
import yaml

from flows.spec.expressions import NoServices, compile_template
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, load_registry
from flows.spec.source import parse_source
from tests.bench.bench_expressions import CASES, CONTEXT
from tests.bench.bench_parse import large_flow

LINES: Final = {100: 10.0, 1_000: 40.0, 5_000: 150.0}
"""Lines of a flow, and within how many milliseconds it is validated cold."""
ROUNDS: Final = 7
_numbers = count()


def milliseconds(work: Callable[[], object]) -> float:
    """The processor time of one call."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1_000


def micros(work: Callable[[], object]) -> float:
    """The processor time of one call of many, in microseconds; the best of five."""
    timer = timeit.Timer(work, timer=time.process_time)
    number, _ = timer.autorange()
    often = max(1, number // 4)
    return min(timer.repeat(repeat=5, number=often)) / often * 1e6


def unseen(lines: int) -> str:
    """A flow whose expressions nobody has compiled before."""
    return large_flow(lines).replace("inputs.day }}", f"inputs.day }}}} {next(_numbers)}")


def parsing(registry: Registry) -> int:
    """Prints a line for each size; the number of limits that are exceeded."""
    parse_flow(large_flow(30), registry)
    print(f"{'lines':>7}{'cold ms':>10}{'again ms':>10}{'read ms':>9}{'libyaml ms':>12}"
          f"{'ratio':>7}{'µs a line':>11}{'limit ms':>10}")  # fmt: skip
    exceeded = 0
    for lines, limit in LINES.items():
        sources = [unseen(lines) for _ in range(ROUNDS)]
        cold = min(milliseconds(partial(parse_flow, text, registry)) for text in sources)
        again = min(milliseconds(partial(parse_flow, text, registry)) for text in sources)
        read = min(milliseconds(partial(parse_source, text)) for text in sources)
        other = min(milliseconds(partial(yaml.load, text, yaml.CSafeLoader)) for text in sources)
        exceeded += cold > limit
        print(f"{lines:>7}{cold:>10.1f}{again:>10.1f}{read:>9.1f}{other:>12.1f}"
              f"{cold / other:>7.2f}{cold / lines * 1_000:>11.1f}{limit:>10.0f}")  # fmt: skip
    return exceeded


def rendering() -> int:
    """Prints a line for each template; 1 if a plain path is slower than Jinja2's."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    services = NoServices()
    slow = 0
    print(f"\n{'template':<20}{'ours µs':>10}{'Jinja2 µs':>11}{'ratio':>7}"
          f"{'compile µs':>12}{'Jinja2 µs':>11}{'ratio':>7}")  # fmt: skip
    for name, source, other in CASES:
        theirs = environment.from_string(other or source)
        ours = compile_template(source)
        mine = micros(partial(ours.render, CONTEXT, services=services))
        peer = micros(partial(theirs.render, CONTEXT))
        unseen_sources = (f"{source}{{# {number} #}}" for number in count())
        made = micros(lambda sources=unseen_sources: compile_template(next(sources)))  # type: ignore[misc]
        peer_made = micros(partial(environment.from_string, other or source))
        slow += name == "one path" and mine > peer
        print(f"{name:<20}{mine:>10.2f}{peer:>11.2f}{mine / peer:>7.2f}"
              f"{made:>12.1f}{peer_made:>11.1f}{made / peer_made:>7.2f}")  # fmt: skip
    return slow


def main() -> int:
    """Prints both tables."""
    return 1 if parsing(load_registry()) + rendering() else 0


if __name__ == "__main__":
    sys.exit(main())
