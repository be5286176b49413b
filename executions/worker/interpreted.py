"""What a Python script finds when it runs in an interpreter of its own instead of the warm child.

The same as there: JSON's names, the modules to report with, and tracebacks of the script alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from executions.worker.child import vocabulary

MODULES: Final = ".companion/modules"
"""The folder of the modules, for PYTHONPATH: after what is the user's own."""
START: Final = ".companion/start.py"
_KESTRA: Final = """from downbeat_report import reporter

Kestra = reporter()
"""
_START: Final = '''"""Runs a script as the interpreter would, with JSON's names in it."""
import os, sys

def run(path):
    with open(path, "rb") as file:
        text = file.read()
    main = type(sys)("__main__")
    main.__dict__.update(
        __file__=path, __builtins__=__builtins__, true=True, false=False, null=None
    )
    sys.modules["__main__"] = main
    sys.argv[:] = sys.argv[1:]
    sys.path[0] = os.getcwd()
    try:
        code = compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        sys.excepthook(type(error), error.with_traceback(None), None)
        return 1
    try:
        exec(code, main.__dict__)
    except Exception as error:
        own = error.__traceback__.tb_next
        sys.excepthook(type(error), error.with_traceback(own), own)
        return 1
    return 0

if code := run(sys.argv[1]):
    sys.exit(code)
'''


@lru_cache(maxsize=1)
def files() -> Mapping[str, str]:
    """The files that an interpreter of its own needs, by name."""
    source = Path(vocabulary.__file__).read_text(encoding="utf-8")
    return {
        START: _START,
        f"{MODULES}/{vocabulary.OURS}.py": source,
        f"{MODULES}/{vocabulary.THEIRS}.py": _KESTRA,
    }
