"""Runs the supervisor around the stand-ins: `run_up.py HOME PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

from downbeat.embedded.errors import EmbeddedError
from downbeat.embedded.home import Home
from downbeat.embedded.supervisor import Options, run


def main(home: str, port: str) -> int:
    """The exit status of the supervisor."""
    program = (sys.executable, str(Path(__file__).with_name("stand_in.py")))
    options = Options("127.0.0.1", int(port), bare=True, program=program)
    try:
        return run(Home(Path(home)), options)
    except EmbeddedError as problem:
        print(f"{problem.code}: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
