"""The data that the examples bring along is made by a script, the same on every machine."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.acceptance.examples.shop import BROKEN, GOOD
from tests.examples import generate_orders


def test_the_shipped_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    good, broken = generate_orders.write(tmp_path)

    assert gzip.decompress(good.read_bytes()) == gzip.decompress(GOOD.read_bytes())
    assert gzip.decompress(broken.read_bytes()) == gzip.decompress(BROKEN.read_bytes())
    assert gzip.decompress(GOOD.read_bytes()).count(b"\n") > 100_000
