"""Plants faults in the engine, one at a time, and says which of them its tests do not notice.

Run: ``python tools/mutate_engine.py [--jobs N] [--only TEXT] [--sweep N]``. No file is changed: a
faulty module is loaded from memory, in a process of its own that runs the unit, property and
journal tests until the first fails. A fault that survives needs a test, or a proof that nobody
could see it. ``--sweep`` adds faults made by rule: comparisons turned round, conditions held true
or false, numbers off by one, statements dropped. Exit code 1: something survived or does not apply.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ENGINE: Final = ROOT / "executions" / "engine"
TESTS: Final = ("tests/unit/engine", "tests/journals")
HOW: Final = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")
CPU_SECONDS: Final = 150
"""A fault that makes the tests compute for longer counts as noticed: it makes them spin.

Time of the processor, because a busy machine would otherwise notice faults that no test sees."""
STILL_SECONDS: Final = 1800.0
"""And one that makes them wait for so long: it makes them stand still."""
MOST_SURVIVORS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Mutant:
    """One faulty source of one module."""

    idea: str
    file: str
    source: str
    equivalent: str = ""

    @property
    def module(self) -> str:
        """The module that it replaces."""
        return "executions.engine." + self.file.removesuffix(".py").replace("/", ".")


class Overlay(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from memory."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.source, self.mutant.file, "exec"), module.__dict__)


def listed() -> tuple[list[Mutant], list[str]]:
    """The mutants of the list, and the faults that do not apply."""
    from tests.mutation import FAULTS

    found, missing = [], []
    for fault in FAULTS:
        text = (ENGINE / fault.file).read_text()
        if text.count(fault.old) != 1:
            missing.append(
                f"{fault.file}: {fault.idea}: stands there {text.count(fault.old)} times"
            )
            continue
        source = text.replace(fault.old, fault.new)
        found.append(Mutant(fault.idea, fault.file, source, fault.equivalent))
    return found, missing


def swept(number: int, seed: int) -> list[Mutant]:
    """So many faults made by rule, anywhere in the engine."""
    found: list[Mutant] = []
    for path in sorted(ENGINE.rglob("*.py")):
        if path.name not in ("__init__.py", "laws.py", "events.py", "commands.py", "state.py"):
            found += _of_file(path)
    random.Random(seed).shuffle(found)
    return found[:number]


def _of_file(path: Path) -> Iterator[Mutant]:
    text = path.read_text()
    name = str(path.relative_to(ENGINE))
    for place, (node, what) in enumerate(_changes(ast.parse(text))):
        tree = ast.parse(text)
        _, change = list(_edits(tree))[place]
        change()
        line = getattr(node, "lineno", 0)
        source = ast.unparse(ast.fix_missing_locations(tree))
        yield Mutant(f"line {line}: {what}", name, source)


def _changes(tree: ast.AST) -> list[tuple[ast.AST, str]]:
    return [(node, what) for (node, what), _ in _edits(tree)]


def _edits(tree: ast.AST) -> Iterator[tuple[tuple[ast.AST, str], Edit]]:
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ops=[op]) if type(op) in TURNED:
                other = TURNED[type(op)]
                yield (node, f"{ast.unparse(node)} turned"), Edit(node, "ops", [other()])
            case ast.If(test=test) | ast.IfExp(test=test):
                for value in (True, False):
                    edit = Edit(node, "test", ast.Constant(value))
                    yield (node, f"if {ast.unparse(test)} is {value}"), edit
            case ast.BinOp(op=ast.Add(), right=ast.Constant(value=int())):
                yield (node, f"{ast.unparse(node)} without"), Edit(node, "op", ast.Sub())
            case ast.BoolOp(values=values):
                for index in range(len(values)):
                    rest = [value for at, value in enumerate(values) if at != index]
                    what = f"{ast.unparse(node)} without {ast.unparse(values[index])}"
                    yield (node, what), Edit(node, "values", rest if len(rest) > 1 else rest * 2)
            case ast.FunctionDef(body=body):
                yield from _dropped(node, body)


def _dropped(node: ast.AST, body: list[ast.stmt]) -> Iterator[tuple[tuple[ast.AST, str], Edit]]:
    for index, statement in enumerate(body):
        if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
            rest: list[ast.stmt] = [*body]
            rest[index] = ast.Pass()
            yield (statement, f"without {ast.unparse(statement)[:60]}"), Edit(node, "body", rest)


TURNED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """One attribute of one node of a syntax tree, changed when called."""

    node: ast.AST
    name: str
    value: object

    def __call__(self) -> None:
        setattr(self.node, self.name, self.value)


def warm_up() -> None:
    """Loads what all tests need, but nothing of the engine: children inherit it."""
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    os.chdir(ROOT)
    import hypothesis
    import pytest

    import flows.plugins.core
    import flows.spec.parse
    import flows.spec.retry

    assert hypothesis
    assert pytest
    assert flows
    if any(name.startswith("executions.engine") for name in sys.modules):
        raise SystemExit("The engine is loaded already; its faults would not be.")


def begin(mutant: Mutant | None) -> int:
    """Runs the tests against a mutant in a child; returns its process id. Exit 0: it survived."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    os.environ["HYPOTHESIS_MAX_EXAMPLES"] = "20"
    import pytest

    if mutant is not None:
        sys.meta_path.insert(0, Overlay(mutant))
    code = 1
    try:
        code = int(pytest.main([*HOW, *TESTS]))
    finally:
        os._exit(code)


VERDICTS: Final = {0: "SURVIVED", -signal.SIGXCPU: "hung", -signal.SIGKILL: "hung"}


def judge(mutants: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with what became of it, as they end."""
    waiting = list(reversed(mutants))
    running: dict[int, tuple[Mutant, int, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            child = begin(mutant)
            handle = os.pidfd_open(child)
            running[handle] = (mutant, child, time.monotonic() + STILL_SECONDS)
        ready, _, _ = select.select(list(running), [], [], 1.0)
        for handle, (mutant, child, until) in list(running.items()):
            late = time.monotonic() > until
            if handle not in ready and not late:
                continue
            if late:
                os.killpg(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            os.close(handle)
            del running[handle]
            yield (
                mutant,
                "hung" if late else VERDICTS.get(os.waitstatus_to_exitcode(status), "noticed"),
            )


def main() -> int:
    """Prints each fault with what became of it, and a line of sums."""
    asked = argparse.ArgumentParser(prog="tools/mutate_engine.py", description=__doc__)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--only", default="", help="ideas or files with this text")
    asked.add_argument("--sweep", type=int, default=0, help="so many faults made by rule")
    asked.add_argument("--skip", type=int, default=0, help="leave out so many that were tried")
    asked.add_argument("--seed", type=int, default=0, help="which faults the sweep takes")
    asked.add_argument("--steps", type=int, default=12_000, help="steps of the property tests")
    options = asked.parse_args()
    os.environ["ENGINE_STEPS"] = str(options.steps)
    warm_up()
    mutants, missing = listed()
    mutants += swept(options.sweep, options.seed)
    chosen = [one for one in mutants if options.only in f"{one.file}: {one.idea}"][options.skip :]
    if not _is_sound():
        print("The tests fail without any fault: what they would say of one means nothing.")
        return 2
    survivors, unproved = _report(chosen, options.jobs)
    for line in missing:
        print(f"does not apply  {line}")
    print(f"{len(chosen)} faults, {survivors} survived, {unproved} of them without a proof")
    return 1 if missing or unproved or survivors > MOST_SURVIVORS * len(chosen) else 0


def _is_sound() -> bool:
    _, status = os.waitpid(begin(None), 0)
    return os.waitstatus_to_exitcode(status) == 0


def _report(chosen: Sequence[Mutant], jobs: int) -> tuple[int, int]:
    survivors = unproved = 0
    for mutant, verdict in judge(chosen, jobs):
        proof = f"  ({mutant.equivalent})" if mutant.equivalent else ""
        print(f"{verdict:<14}  {mutant.file}: {mutant.idea}{proof}", flush=True)
        survivors += verdict == "SURVIVED"
        unproved += verdict == "SURVIVED" and not mutant.equivalent
    return survivors, unproved


if __name__ == "__main__":
    sys.exit(main())
