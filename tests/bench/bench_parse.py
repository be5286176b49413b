"""How long parsing takes: ordinary flows, a 5,000-line flow, and hostile sources.

Run: ``python -m tests.bench.bench_parse``. Prints milliseconds of processor time (best of several) and limits.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import flows.plugins.core as core
from flows.spec.expressions import NoServices
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, registry_of
from flows.spec.render import render_task

HEAD = "id: bench\nnamespace: company.team\ninputs:\n  - id: day\n    type: STRING\ntasks:\n"


def large_flow(lines: int) -> str:
    """A flow of groups, branches and messages with expressions."""
    parts = [HEAD]
    number, count = 0, 6
    while count < lines:
        parts.append(
            f"  - id: group_{number}\n"
            "    type: io.kestra.plugin.core.flow.Sequential\n"
            "    tasks:\n"
            f"      - id: say_{number}\n"
            "        type: io.kestra.plugin.core.log.Log\n"
            f'        message: "{{{{ inputs.day }}}} number {number}"\n'
            f"      - id: value_{number}\n"
            "        type: io.kestra.plugin.core.debug.Return\n"
            f'        format: "{{{{ outputs.value_0.value ?? {number} }}}}"\n'
            "        retry:\n"
            "          type: constant\n"
            "          interval: PT5S\n"
            "          maxAttempts: 3\n"
        )
        number, count = number + 1, count + 13
    return "".join(parts)


def hostile() -> dict[str, str]:
    """Sources that are meant to hurt."""
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    unknown = "\n".join(f"  - {{id: t{n}, type: core.nope.Thing{n}}}" for n in range(4_000))
    wrong = "\n".join(f"  - {{id: t{n}, type: core.log.Log, mesage: x}}" for n in range(4_000))
    nested = "  - {id: a, type: core.flow.Sequential, tasks: [" * 45
    return {
        "alias bomb": "\n".join(bomb),
        "100,000 open brackets": "[" * 100_000,
        "1 MiB of text": "x: " + "a" * 1_048_000,
        "100,000 nodes": "[" + "1," * 100_001 + "1]",
        "4,000 unknown types": HEAD + unknown,
        "4,000 unknown keys": HEAD + wrong,
        "45 nested groups": HEAD + nested,
        "a long cycle": HEAD
        + "  - id: dag\n    type: core.flow.Dag\n    tasks:\n"
        + "\n".join(
            f"      - {{task: {{id: t{n}, type: core.log.Log, message: x}}, "
            f"dependsOn: [t{(n + 1) % 2_000}]}}"
            for n in range(2_000)
        ),
    }


def best(work: Callable[[], object], *, repeats: int = 5) -> float:
    """The shortest of several runs, in milliseconds."""
    found = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) * 1_000)
    return min(found)


def report(registry: Registry) -> None:
    """Prints the figures."""
    for lines, limit in ((30, 5), (500, 20), (5_000, 150)):
        source = large_flow(lines)
        first = best(lambda text=source: parse_flow(text, registry), repeats=1)  # type: ignore[misc]
        again = best(lambda text=source: parse_flow(text, registry))  # type: ignore[misc]
        print(f"{lines:>6} lines: {again:7.1f} ms (first time {first:.1f}; limit {limit})")
    for name, source in hostile().items():
        taken = best(lambda text=source: parse_flow(text, registry), repeats=2)  # type: ignore[misc]
        print(f"{name:>24}: {taken:7.1f} ms (limit 200)")
    task = parse_flow(large_flow(30), registry).flow
    if task is not None:
        say = next(item for _, item in task.walk() if item.id == "say_0")
        context = {"inputs": {"day": "today"}}
        taken = best(lambda: [render_task(say, context, NoServices()) for _ in range(1_000)])
        print(f"render one task: {taken:7.1f} us")


if __name__ == "__main__":
    report(registry_of([core]))
