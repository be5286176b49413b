"""A long search, guided by coverage: ``python -m tests.fuzz.search flow|flows|data|expression``.

Needs atheris, which is not among the locked tools: ``make fuzz`` puts it in a folder of its own.
Further arguments go to libFuzzer (``-max_total_time=60``). A finding is an exception that no target
declares, a text that takes longer than ``-timeout``, or one that takes more memory than
``-rss_limit_mb``; it is written to a file, and belongs into ``seeds.py`` with what mends it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.fuzz import seeds

LIMITS: Final = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=4096")


def main() -> None:
    """Searches until it is told to stop, or finds something."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    name, *further = sys.argv[1:] or ["expression"]
    with atheris.instrument_imports(include=["flows.spec", "downbeat.sdk"]):
        from tests.fuzz import targets
    target = targets.TARGETS[name]
    targets.registry()

    def one(data: bytes) -> None:
        target(data.decode("utf-8", "replace"))

    texts = seeds.EXPRESSIONS if name == "expression" else seeds.YAML + seeds.FLOWS
    with tempfile.TemporaryDirectory() as corpus:
        for number, text in enumerate(texts):
            path = Path(corpus, str(number))
            path.write_bytes(text.encode("utf-8", "replace"))
        atheris.Setup([sys.argv[0], corpus, *LIMITS, *further], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
