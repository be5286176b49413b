"""Expressions against Jinja2, same templates and data, one process: µs a rendering and ratios.

Run it as a script; the ratio is ours divided by Jinja2's, below 1 is faster.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from functools import partial
from typing import Any

import jinja2

from flows.spec.expressions import NoServices, compile_template
from flows.spec.expressions.template import _compiled

CONTEXT: dict[str, Any] = {
    "inputs": {"day": "2024-01-01", "rows": list(range(100))},
    "outputs": {"load": {"uri": "downbeat:///a/b", "values": {"count": 42}}},
    "taskrun": {"value": "eu"},
    "vars": {"name": "world"},
}

# Name, our source, Jinja2's source where it has to differ.
CASES: list[tuple[str, str, str]] = [
    ("literal", "echo hello", "echo hello"),
    ("one path", "{{ outputs.load.uri }}", ""),
    ("deep path", "{{ outputs['load'].values['count'] }}", "{{ outputs['load']['values'].count }}"),
    ("text and two paths", "load {{ outputs.load.uri }} for {{ inputs.day }} now", ""),
    ("condition", "{{ inputs.day == '2024-01-01' and taskrun.value != 'us' }}", ""),
    ("ternary", "{{ 'a' if inputs.day == 'x' else 'b' }}", ""),
    ("filters", "{{ vars.name | upper | replace('O', '0') }}", ""),
    ("fallback", "{{ inputs.none ?? 'd' }}", "{{ inputs.none | default('d') }}"),
    ("loop of 100", "{% for r in inputs.rows %}{{ r }},{% endfor %}", ""),
    ("json", "{{ outputs | tojson }}", ""),
]


def micros(work: Callable[[], object]) -> float:
    """The best of five runs, in microseconds a call."""
    timer = timeit.Timer(work)
    number, _ = timer.autorange()
    return min(timer.repeat(repeat=5, number=max(1, number // 4))) / max(1, number // 4) * 1e6


def main() -> int:
    """Print one line a case; fail when a plain path is slower than Jinja2's."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    services = NoServices()
    slow = 0
    print(f"{'render':<22}{'ours µs':>10}{'Jinja2 µs':>12}{'ratio':>8}")
    for name, source, other in CASES:
        ours, theirs = compile_template(source), environment.from_string(other or source)
        mine = micros(partial(ours.render, CONTEXT, services=services))
        peer = micros(partial(theirs.render, CONTEXT))
        slow += name == "one path" and mine > peer
        print(f"{name:<22}{mine:>10.2f}{peer:>12.2f}{mine / peer:>8.2f}")
    print(f"\n{'compile':<22}{'ours µs':>10}{'Jinja2 µs':>12}{'ratio':>8}")
    for name, source, other in CASES[1:]:
        mine = micros(partial(_compiled, source))
        peer = micros(partial(environment.from_string, other or source))
        print(f"{name:<22}{mine:>10.2f}{peer:>12.2f}{mine / peer:>8.2f}")
    cached = micros(lambda: compile_template(CASES[3][1]))
    print(f"\n{'from the cache':<22}{cached:>10.2f}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
