"""Runs a Python script in this very process, as ``python script.py`` would, without a new start."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from types import CodeType, ModuleType

from executions.worker.child import vocabulary
from executions.worker.child.wire import Wire

TYPE_CHECKING = False  # importing ``typing`` would cost each sandbox some milliseconds
if TYPE_CHECKING:
    from typing import Any, TextIO


def run(job: dict[str, Any], wire: Wire) -> int:
    """The exit code of the script; its end is told to the worker before the process is torn down."""
    path, source = job["filename"], job["source"]
    open_streams()
    code = _run_source(path, source, list(job.get("argv", ())))
    code = _leave(code)
    try:
        wire.send({"t": "end", "code": code})
    except OSError:
        pass  # the script closed the socket; the exit status says the same, a little later
    return code


def open_streams() -> None:
    """Text streams over the descriptors of this process, written line by line."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream: TextIO = open(  # noqa: SIM115 - lives as long as the process
            fd,
            "w",
            encoding="utf-8",
            errors="backslashreplace",
            buffering=1,
            closefd=False,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run_source(path: str, source: str, argv: list[str]) -> int:
    main = ModuleType("__main__")
    main.__dict__.update(
        __file__=path, __builtins__=__builtins__, true=True, false=False, null=None
    )
    sys.modules["__main__"] = main
    vocabulary.install()
    sys.argv = [path, *argv]
    sys.path.insert(0, os.getcwd())
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as own:
        own.write(source)  # tracebacks and ``inspect`` read it from there
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        import traceback

        kind, error, _ = sys.exc_info()
        traceback.print_exception(kind, error, None)
        return 1
    return _execute(code, main)


def _execute(code: CodeType, main: ModuleType) -> int:
    try:
        exec(code, main.__dict__)
    except SystemExit as leaving:
        return _exit_code(leaving.code)
    except BaseException as error:
        own = error.__traceback__.tb_next if error.__traceback__ else None
        sys.excepthook(type(error), error.with_traceback(own), own)
        return 1
    return 0


def _exit_code(value: object) -> int:
    match value:
        case None:
            return 0
        case int():
            return value & 0xFF
        case _:
            print(value, file=sys.stderr)
            return 1


def _leave(code: int) -> int:
    """What an interpreter does at its end: waits for threads, runs the exit hooks, flushes."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException:
        import traceback

        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            code = code or 120
    return code
