"""Which tasks follow which, in groups, loops and handlers."""

from __future__ import annotations

from typing import Final

from tests.mutation.fault import Fault, in_file

FAULTS: Final[list[Fault]] = [
    *in_file(
        "rules/folding.py",
        ("a run is counted twice", "if run.folded:\n        return", "if False:\n        return"),
        ("an iteration goes on after a failure", "if run.state in outcome.STOPS:", "if False:"),
        ("an iteration skips a task", "tasks[node.place + 1] if", "tasks[node.place + 2] if"),
        (
            "an iteration is never closed",
            "closes_iteration=following is None",
            "closes_iteration=False",
        ),
        (
            "an iteration is closed at each task",
            "closes_iteration=following is None",
            "closes_iteration=True",
        ),
        (
            "a kill does not end an iteration",
            "None if killing.holds(snapshot) else _following",
            "_following",
        ),
        (
            "the next task of an iteration loses its number",
            "following, run.iteration)",
            "following, None)",
        ),
    ),
    *in_file(
        "rules/progressing.py",
        ("errors run after a success", "if scope.tally.get(State.FAILED) and plan", "if plan"),
        ("errors never run", "if scope.tally.get(State.FAILED) and plan", "if False and plan"),
        (
            "errors run beside tasks that live",
            "return () if scope.live else _after_tasks",
            "return _after_tasks",
        ),
        (
            "finally is left out after errors",
            "if scope.phase is Phase.ERRORS else None",
            "if False else None",
        ),
        (
            "finally runs again after finally",
            "if scope.phase is Phase.ERRORS else None",
            "if True else None",
        ),
        (
            "finally is left out without errors",
            "    return _finally(plan, node, owner)\n\n\ndef _after(",
            "    return None\n\n\ndef _after(",
        ),
        (
            "handlers run side by side",
            "if scope.live or scope.cursor >= len(tasks):\n        return ()\n    return (CreateRun(owner, tasks[scope.cursor]),)",
            "if scope.cursor >= len(tasks):\n        return ()\n    return (CreateRun(owner, tasks[scope.cursor]),)",
        ),
        (
            "a pause does not wait",
            "isinstance(node.shape, Hold) and pausing.must_wait(run)",
            "False and pausing.must_wait(run)",
        ),
        (
            "a group ends before its children",
            "elif scope.live == 0:\n        state = outcome.of_scope",
            "else:\n        state = outcome.of_scope",
            (
                "Without a next step a scope has no live child: next_step says None only after it has "
                "asked for live ones, or in CLOSED, which no group enters."
            ),
        ),
        ("a group is not forgiven", "outcome.forgiven(node, state)", "state"),
        (
            "a held execution creates tasks",
            "return () if held else created\n            return () if scope.live else _after_tasks",
            "return created\n            return () if scope.live else _after_tasks",
        ),
        (
            "a pause between rounds ends the repetition",
            "if held or scope.wake is not None:",
            "if held:",
        ),
    ),
    *in_file(
        "rules/walking.py",
        (
            "a sequence does not wait for its task",
            "if scope.live or scope.cursor >= len(tasks) or outcome.stopped(scope)",
            "if scope.cursor >= len(tasks) or outcome.stopped(scope)",
        ),
        (
            "a sequence goes on after a failure",
            " or outcome.stopped(scope):\n        return ()\n    return (CreateRun(owner, tasks[scope.cursor]),)",
            ":\n        return ()\n    return (CreateRun(owner, tasks[scope.cursor]),)",
        ),
        ("a graph ignores its needs", " and plan.nodes[node].needs <= ended", ""),
        ("a graph starts what it has started", "if node not in started and", "if"),
        (
            "a graph waits for one need only",
            "plan.nodes[node].needs <= ended",
            "(not plan.nodes[node].needs or plan.nodes[node].needs & ended)",
        ),
        ("a graph exceeds its limit", "ready[: _free(limit, scope.live)]", "ready"),
        (
            "parallel tasks exceed their limit",
            "free = _free(limit, scope.live)",
            "free = _free(0, scope.live)",
        ),
        (
            "parallel tasks leave one place idle",
            "max(0, min(limit - used, BATCH))",
            "max(0, min(limit - used - 1, BATCH))",
        ),
        ("a limit is one too large", "min(limit - used, BATCH)", "min(limit - used + 1, BATCH)"),
        (
            "a loop goes on after a failed iteration",
            "shape.limit == 1 and not shape.isolated and outcome.stopped(scope)",
            "False",
        ),
        (
            "every loop stops at a failed iteration",
            "shape.limit == 1 and not shape.isolated and outcome.stopped(scope)",
            "outcome.stopped(scope)",
        ),
        (
            "a loop counts its tasks, not its iterations",
            "_free(shape.limit, scope.open)",
            "_free(shape.limit, scope.live)",
            (
                "Whenever an ordered loop is looked at, each open iteration has exactly one live child: "
                "the fold of a task and the next task of its iteration are carried out together."
            ),
        ),
        (
            "a loop forgets its last iteration",
            "_free(shape.limit, scope.open), scope.total)",
            "_free(shape.limit, scope.open), scope.total - 1)",
        ),
        (
            "siblings go on after a child was cancelled",
            "return any(scope.tally.get(state) for state in ABANDONED)",
            "return False",
        ),
        (
            "iterations at once lose their order",
            "number, place in places)",
            "place, number in places)",
        ),
    ),
    *in_file(
        "counting.py",
        (
            "the cursor stays in handlers",
            "        return replace(scope, live=live, cursor=node.place + 1)\n    if isinstance(shape, Graph)",
            "        return replace(scope, live=live)\n    if isinstance(shape, Graph)",
        ),
        (
            "a new child is not counted",
            "    live = scope.live + 1\n    if shape is None",
            "    live = scope.live\n    if shape is None",
        ),
        (
            "open iterations are not counted",
            "open=scope.open + 1)\n\n\ndef without",
            "open=scope.open)\n\n\ndef without",
        ),
        ("a graph forgets what has ended", "ended = (*ended, node.index)", "ended = ended"),
        (
            "a graph forgets what has started",
            "started=(*scope.started, node.index)",
            "started=scope.started",
        ),
        (
            "finally counts as a task",
            "return replace(scope, live=live, late=plus(scope.late, state))",
            "return replace(scope, live=live, tally=plus(scope.tally, state))",
        ),
        (
            "handlers of errors count as tasks",
            "        case _:\n            return replace(scope, live=live)\n",
            "        case _:\n            return replace(scope, live=live, tally=plus(scope.tally, state))\n",
        ),
        ("an ended child stays alive", "live = scope.live - 1", "live = scope.live"),
        (
            "tasks at once lose their place",
            "cursor=iteration * len_of(plan, node) + node.place + 1",
            "cursor=iteration * len_of(plan, node) + node.place",
        ),
        (
            "a tally starts anew",
            "{**tally, state: tally.get(state, 0) + 1}",
            "{state: tally.get(state, 0) + 1}",
        ),
    ),
]
