"""The only process of a sandbox: prepares like a zygote, then serves a single job itself."""

from __future__ import annotations

import json
import os
import sys


def _find_package() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(here))))


def main() -> None:
    """Reads how to prepare from the socket, then waits there for the job."""
    _find_package()
    from executions.worker.child import hardening, leader, preparing
    from executions.worker.child.wire import CONTROL_FD

    config = json.loads(_first_line())
    os.set_inheritable(CONTROL_FD, False)
    preparing.prepare(config)
    hardening.confine(hardening.Confinement(**config["rules"]))
    leader.wait_and_run()


def _first_line() -> bytes:
    """Byte by byte, because what follows the line belongs to the job."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(3, 1)
        if not byte:
            os._exit(0)
        line += byte
    return bytes(line)


if __name__ == "__main__":
    main()
