"""Runs npm in the portal's folder with the Node that `make setup` found: `npm.py run lint`."""

from __future__ import annotations

import sys

import environments
import portal


def main(arguments: list[str]) -> int:
    """Runs npm; does nothing in a checkout without the portal."""
    if not (portal.FRONTEND / "package.json").exists():
        return 0
    try:
        portal.install()
        portal.find_node().run(*arguments)
    except environments.SetupFailed as problem:
        print(f"npm: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
