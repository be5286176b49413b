"""What is recorded: a flow of each shape, and what is done to its execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

HEAD: Final = "id: {name}\nnamespace: company.data\n"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A source, and the steps of its execution."""

    source: str
    steps: tuple[tuple[Any, ...], ...] = (("play",),)
    fails: tuple[str, ...] = ()
    """Tasks of a worker whose first try fails."""
    others: tuple[str, ...] = ()
    """Other flows that it starts."""
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What tasks of a worker leave."""


def _step(name: str, more: str = "") -> str:
    return f"{{id: {name}, type: scripts.shell.Script, script: 'true'{more}}}"


def _log(name: str, more: str = "") -> str:
    return f"{{id: {name}, type: core.log.Log, message: '{name}'{more}}}"


KO: Final = "{id: ko, type: core.execution.Fail}"
CHILD: Final = (
    f"id: child\nnamespace: company.data\ntasks:\n  - {_step('inner')}\n"
    "outputs:\n  - {id: out, type: STRING, value: done}\n"
)
SUBFLOW: Final = (
    "tasks:\n  - {id: sub, type: core.flow.Subflow, namespace: company.data, flowId: child}\n"
    f"  - {_log('then')}\n"
)
BATCHES: Final = (
    "tasks:\n  - {id: each, type: core.flow.ForEachItem, items: 'downbeat:///rows.txt',"
    " namespace: company.data, flowId: child}\n"
    f"  - {_log('then')}\n"
)
THREE: Final = {
    "each_split": {
        "numberOfBatches": 3,
        "batchesBaseUri": "downbeat:///rows/",
        "batchesSuffix": ".txt",
    }
}
RETRY: Final = ", retry: {type: constant, interval: PT1S, maxAttempts: 3, warningOnRetry: true}"

SCENARIOS: Final[dict[str, Scenario]] = {
    "sequence": Scenario(f"tasks:\n  - {_step('a')}\n  - {_log('b')}\n  - {_step('c')}\n"),
    "sequential-in-sequential": Scenario(f"""
tasks:
  - id: outer
    type: core.flow.Sequential
    tasks:
      - id: inner
        type: core.flow.Sequential
        tasks: [{_log("a")}, {_step("b")}]
        finally: [{_log("inner_end")}]
      - {_log("c")}
"""),
    "parallel-with-a-limit": Scenario(f"""
tasks:
  - id: par
    type: core.flow.Parallel
    concurrent: 2
    tasks: [{_step("a")}, {_step("b")}, {_step("c")}]
"""),
    "parallel-and-a-failure": Scenario(
        f"""
tasks:
  - id: par
    type: core.flow.Parallel
    tasks: [{_step("a")}, {_step("b")}]
    errors: [{_log("handler")}]
  - {_log("never")}
""",
        fails=("a",),
    ),
    "dag": Scenario(f"""
tasks:
  - id: dag
    type: core.flow.Dag
    concurrent: 2
    tasks:
      - {{task: {_step("c")}, dependsOn: [a, b]}}
      - {{task: {_step("a")}}}
      - {{task: {_step("b")}, dependsOn: [a]}}
"""),
    "branches": Scenario(f"""
tasks:
  - id: if_true
    type: core.flow.If
    condition: "{{{{ 1 == 1 }}}}"
    then: [{_log("yes")}]
    else: [{_log("no")}]
  - id: if_false
    type: core.flow.If
    condition: "{{{{ 1 == 2 }}}}"
    then: [{_log("not_this")}]
  - id: switch
    type: core.flow.Switch
    value: b
    cases: {{a: [{_log("a")}], b: [{_log("b")}]}}
  - id: default
    type: core.flow.Switch
    value: z
    cases: {{a: [{_log("a2")}]}}
    defaults: [{_log("d")}]
"""),
    "switch-without-a-match": Scenario(f"""
tasks:
  - {{id: s, type: core.flow.Switch, value: z, cases: {{a: [{_log("a")}]}}}}
errors: [{_log("handler")}]
"""),
    "for-each-side-by-side": Scenario(f"""
tasks:
  - id: each
    type: core.flow.ForEach
    values: [1, 2, 3]
    concurrencyLimit: 2
    tasks: [{_step("x")}, {_log("y")}]
"""),
    "for-each-and-a-failure": Scenario(
        f"""
tasks:
  - id: each
    type: core.flow.ForEach
    values: [a, b]
    tasks: [{_step("x")}, {_log("y")}]
    errors: [{_log("handler")}]
""",
        fails=("x",),
    ),
    "each-parallel": Scenario(f"""
tasks:
  - id: each
    type: core.flow.EachParallel
    value: [a, b]
    tasks: [{_step("x")}, {_log("y")}]
  - {{id: one, type: core.flow.EachSequential, value: [c], tasks: [{_log("z")}]}}
  - {{id: none, type: core.flow.ForEach, values: [], tasks: [{_log("w")}]}}
"""),
    "errors-finally-and-after": Scenario(f"""
tasks:
  - id: group
    type: core.flow.Sequential
    tasks: [{KO}, {_log("never")}]
    errors: [{_log("inner")}]
    finally: [{_log("inner_end")}]
errors: [{_log("outer")}]
finally: [{_step("clean")}]
afterExecution: [{_step("tell")}]
"""),
    "allowed-failures": Scenario(
        f"""
tasks:
  - {_step("a", ", allowFailure: true")}
  - {{id: allowed, type: core.flow.AllowFailure, tasks: [{KO}, {_log("never")}]}}
  - {_log("skipped", ", runIf: '{{ false }}'")}
  - {_log("end")}
""",
        fails=("a",),
    ),
    "condition-that-breaks": Scenario(
        "tasks:\n  - " + _log("a", ", runIf: '{{ nothing }}'") + "\n"
    ),
    "retry": Scenario(f"tasks:\n  - {_step('a', RETRY)}\n", fails=("a",)),
    "retry-of-a-quick-task": Scenario(
        f"tasks:\n  - {{id: ko, type: core.execution.Fail{RETRY}}}\nerrors: [{_log('handler')}]\n"
    ),
    "retry-by-a-new-execution": Scenario(
        "tasks:\n  - "
        + _step(
            "a",
            ", retry: {type: constant, interval: PT1S, maxAttempts: 2,"
            " behavior: CREATE_NEW_EXECUTION}",
        )
        + "\n",
        fails=("a",),
    ),
    "lost-worker": Scenario(f"tasks:\n  - {_step('a')}\n", (("lose",), ("play",))),
    "kill": Scenario(
        f"""
tasks:
  - id: par
    type: core.flow.Parallel
    tasks: [{_step("a")}, {_step("b")}]
  - {_log("never")}
finally: [{_log("nor_this")}]
""",
        (("settle",), ("kill",), ("play",)),
    ),
    "pause-and-resume": Scenario(
        f"tasks:\n  - {_log('a')}\n  - {{id: hold, type: core.flow.Pause}}\n  - {_log('b')}\n",
        (("play",), ("resume",), ("play",)),
    ),
    "pause-with-a-delay": Scenario(
        f"tasks:\n  - {{id: hold, type: core.flow.Pause, delay: PT1S}}\n  - {_log('b')}\n"
    ),
    "pause-that-times-out": Scenario(
        f"tasks:\n  - {{id: hold, type: core.flow.Pause, timeout: PT1S}}\n  - {_log('never')}\n"
    ),
    "sleep": Scenario("tasks:\n  - {id: nap, type: core.flow.Sleep, duration: PT1S}\n"),
    "paused-by-hand": Scenario(
        f"tasks:\n  - {_step('a')}\n  - {_step('b')}\n",
        (("settle",), ("pause",), ("play",), ("resume",), ("play",)),
    ),
    "restart": Scenario(
        f"""
tasks:
  - {_log("before")}
  - id: each
    type: core.flow.ForEach
    values: [a, b]
    tasks: [{_step("x")}]
  - {_log("end")}
errors: [{_log("handler")}]
""",
        (("play",), ("restart",), ("play",)),
        fails=("x",),
    ),
    "state-by-hand": Scenario(
        f"tasks:\n  - {_step('a')}\n  - {_step('b')}\nerrors: [{_log('handler')}]\n",
        (("play",), ("mark", "a", "SUCCESS"), ("play",)),
        fails=("a",),
    ),
    "subflow": Scenario(SUBFLOW, others=(CHILD,)),
    "subflow-that-fails": Scenario(SUBFLOW, others=(CHILD,), fails=("inner",)),
    "subflow-that-is-killed": Scenario(
        SUBFLOW, (("settle",), ("kill",), ("play",)), others=(CHILD,)
    ),
    "directory": Scenario(f"""
tasks:
  - id: wd
    type: core.flow.WorkingDirectory
    tasks: [{_step("in_it")}]
    finally: [{_log("wd_end")}]
  - {_log("end")}
"""),
    "loop-until": Scenario(f"""
tasks:
  - id: until
    type: core.flow.LoopUntil
    condition: "{{{{ outputs.until.iterationCount >= 2 }}}}"
    checkFrequency: {{interval: PT1S, maxIterations: 5}}
    tasks: [{_step("check")}, {_log("told")}]
"""),
    "loop-over-items": Scenario(
        f"""
tasks:
  - id: items
    type: core.flow.Loop
    values: [a, a]
    concurrencyLimit: 1
    outputs: [{{id: said, type: STRING, value: "{{{{ item.value }}}}"}}]
    tasks: [{_step("x")}, {_log("y")}]
    finally: [{_log("item_end")}]
""",
        fails=("x",),
    ),
    "loop-that-breaks": Scenario(f"""
tasks:
  - id: items
    type: core.flow.Loop
    values: [a, b, c]
    concurrencyLimit: 1
    breakWhen: "{{{{ item.value == 'b' }}}}"
    tasks: [{_step("x")}]
  - {_log("end")}
"""),
    "for-each-item": Scenario(BATCHES, others=(CHILD,), outputs=THREE),
    "for-each-item-and-a-failure": Scenario(
        BATCHES,
        (("play",), ("restart",), ("play",)),
        others=(CHILD,),
        outputs=THREE,
        fails=("inner",),
    ),
    "replay-in-a-sequence": Scenario(
        f"tasks:\n  - {_step('a')}\n  - {_step('b')}\n  - {_log('c')}\n",
        (("play",), ("replay", "b"), ("play",)),
    ),
    "replay-beside-others": Scenario(
        f"""
tasks:
  - id: par
    type: core.flow.Parallel
    tasks: [{_step("a")}, {_step("b")}, {KO}]
    errors: [{_log("handler")}]
afterExecution: [{_log("later")}]
""",
        (("play",), ("replay", "b"), ("play",)),
    ),
    "replay-in-a-loop": Scenario(
        f"""
tasks:
  - id: each
    type: core.flow.ForEach
    values: [a, b, c]
    tasks: [{_step("x")}, {_log("y")}]
""",
        (("play",), ("replay", "x"), ("play",)),
    ),
}
