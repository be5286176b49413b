"""`make setup`: everything that the server and its tests need, from a bare Python.

Each step compares what it is made from with what it was made from, so repeating it costs nothing.
"""

from __future__ import annotations

import argparse
import sys

import environments
import portal


def main() -> int:
    """Makes the environments and builds the portal."""
    options = argparse.ArgumentParser(prog="setup", description=__doc__)
    options.add_argument("--dev", action="store_true", help="with what tests and checks need")
    options.add_argument("--no-portal", action="store_true", help="leave the portal out")
    chosen = options.parse_args()
    try:
        environments.make_server(development=chosen.dev)
        environments.make_scripts()
        if not chosen.no_portal:
            portal.build()
    except environments.SetupFailed as problem:
        print(f"setup: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
