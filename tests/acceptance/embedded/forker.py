"""Forks one process the way the supervisor does and reports what that process saw."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from downbeat.embedded import forking
from downbeat.embedded.spawn import Start

OPEN = Path(__file__).open()  # noqa: SIM115 - the fork must not keep it


def look(arguments: tuple[str, ...]) -> int:
    """What the fork is; with `raise` it fails, with `stay` it waits to be killed."""
    facts = {
        "argv": sys.argv,
        "environment": dict(os.environ),
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
        "leads_session": os.getsid(0) == os.getpid(),
        "line": Path("/proc/self/cmdline").read_bytes().rstrip(b"\0").decode(),
        "interrupt": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
        "threads": threading.active_count(),
        "pid": os.getpid(),
    }
    print(json.dumps(facts), flush=True)
    if "raise" in arguments:
        raise RuntimeError("it went wrong")
    if "stay" in arguments:
        time.sleep(1000)
    return 7


def main(log: str, *arguments: str) -> int:
    """Forks, and waits unless the fork is to stay."""
    signal.signal(signal.SIGTERM, lambda *_: None)
    environment = {"ONLY": "this"}
    start = Start((), environment, Path(log), arguments=("web", *arguments))
    forked = forking.fork(start, look)
    print(forked.pid, flush=True)
    if "stay" in arguments:
        signal.pause()
    return os.waitstatus_to_exitcode(os.waitpid(forked.pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
