"""Starts dbt so that being asked to end lets it cancel the queries that run.

dbt cancels its queries when it is interrupted, but not when it is terminated, which is what a task
gets when it is killed or its time is up.
"""

from __future__ import annotations

import importlib
import signal
import sys


def main() -> None:
    """Becomes dbt with the arguments of this process."""
    sys.path.pop(0)  # the folder of this file
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.argv[0] = "dbt"
    importlib.import_module("dbt.cli.main").cli(prog_name="dbt")


if __name__ == "__main__":
    main()
