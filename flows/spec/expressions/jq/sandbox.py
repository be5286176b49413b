"""The real jq, in a process of its own.

Theory of operation. A jq program may loop for ever, ask for any amount of memory, read the
environment (`env`) and load files (`import`); inside our process nothing could stop it. So
programs run in a warm helper process: started once, with an empty environment, unable to open
files, with a ceiling on memory, spoken to in JSON lines. One that does not answer in time is
killed and replaced. Helpers are kept per process (a fork does not inherit its parent's) and lent
to one thread at a time; they end when their input closes.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from typing import IO, Any

from flows.spec.expressions.budget import Meter
from flows.spec.expressions.errors import BudgetExceededError, TypeMismatchError
from flows.spec.expressions.values import Value

_KEPT = 2
_CHUNK = 65_536
# Starting takes longer than answering; a program itself has what is left of its budget.
_START_SECONDS = 10.0

_HELPER = r"""
import itertools, json, sys
import jq
jq.compile(".").input_value(1).all()
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (768 << 20, 768 << 20))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
print("ready", flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    try:
        program = jq.compile(ask["program"])
        texts, size = [], 0
        for result in program.input_text(ask["input"]):
            texts.append(json.dumps(result))
            size += len(texts[-1])
            if size > ask["limit"]:
                raise OverflowError("the results are too long")
        answer = '{"results": [' + ",".join(texts) + "]}"
    except OverflowError as error:
        answer = json.dumps({"large": str(error)})
    except MemoryError:
        answer = json.dumps({"large": "the program needs too much memory"})
    except Exception as error:
        answer = json.dumps({"error": str(error)})
    print(answer, flush=True)
"""


class _Helper:
    """One helper process."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        # Our own program; the user's goes in as data.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _HELPER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={},
        )  # fmt: skip
        if self._line(_START_SECONDS, len("ready\n")) != b"ready\n":
            self.end()
            raise TypeMismatchError("jq cannot be started here")

    def ask(self, question: dict[str, object], seconds: float, limit: int) -> bytes | None:
        """The answer, or None when it did not come in time."""
        stdin = _pipe(self._process.stdin)
        stdin.write(json.dumps(question).encode() + b"\n")
        stdin.flush()
        return self._line(seconds, limit)

    def _line(self, seconds: float, limit: int) -> bytes | None:
        stdout = _pipe(self._process.stdout)
        received = bytearray()
        deadline = time.monotonic() + seconds
        while len(received) <= limit and not received.endswith(b"\n"):
            ready, _, _ = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(stdout.fileno(), _CHUNK) if ready else b""
            if not chunk:
                return None
            received += chunk
        return bytes(received)

    def end(self) -> None:
        """Kill the process and collect it."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()
        self._process.wait()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("the pipe was never opened")
    return pipe


_idle: list[_Helper] = []


def _borrow() -> _Helper:
    while _idle:
        try:
            helper = _idle.pop()
        except IndexError:
            break
        if helper.owner == os.getpid():
            return helper
    return _Helper()


def run_program(program: str, data: str, meter: Meter) -> list[Value]:
    """All results of a jq program over a JSON text."""
    seconds = meter.seconds_left()
    limit = meter.budget.output_chars
    if seconds <= 0:
        raise BudgetExceededError("There is no time left to run a jq program")
    helper = _borrow()
    question: dict[str, object] = {"program": program, "input": data, "limit": limit}
    try:
        answer = helper.ask(question, seconds, limit * 8)
    except OSError:
        answer = None
    if answer is None:
        helper.end()
        raise BudgetExceededError(
            f"The jq program `{program[:80]}` takes too long or too much memory"
        )
    _give_back(helper)
    return _results(json.loads(answer), program, meter)


def _give_back(helper: _Helper) -> None:
    if len(_idle) < _KEPT:
        _idle.append(helper)
    else:
        helper.end()


def _results(answer: dict[str, Any], program: str, meter: Meter) -> list[Value]:
    if "large" in answer:
        raise BudgetExceededError(f"The jq program `{program[:80]}` is refused: {answer['large']}")
    if "error" in answer:
        problem = str(answer["error"])[:300]
        raise TypeMismatchError(f"The jq program `{program[:80]}` failed: {problem}")
    results: list[Value] = answer["results"]
    meter.weigh(results)
    return results
