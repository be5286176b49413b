"""`python -m tools.docs` writes the reference pages; `--check` only says which are outdated."""

from __future__ import annotations

import argparse
import sys

from tools.docs.references import outdated, write


def main() -> int:
    """With `--check`, 1 says that the pages and the code differ."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    asked = parser.parse_args()
    names = outdated() if asked.check else write()
    word = "outdated" if asked.check else "written"
    for name in names:
        print(f"{word}: docs/reference/{name}")
    return 1 if asked.check and names else 0


if __name__ == "__main__":
    sys.exit(main())
