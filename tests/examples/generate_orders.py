"""Writes the order files of the main example: the same rows on every machine.

Run ``python tests/examples/generate_orders.py FOLDER``. ``orders-2026-10.csv.gz`` is a month of
an online shop as its till exports it: 120,000 rows with duplicated lines, countries spelt in
several ways, missing customers and a few refunds. ``orders-broken.csv.gz`` is an export that went
wrong: a third of its prices are negative, so the quality check must refuse it.
"""

from __future__ import annotations

import argparse
import gzip
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

ROWS: Final = 120_000
BROKEN_ROWS: Final = 6_000
MONTH: Final = datetime(2026, 10, 1)
HEADER: Final = "order_id,ordered_at,customer,country,sku,quantity,unit_price,status"
COUNTRIES: Final = {
    "DE": ("DE", "de", "Germany", " DE "),
    "FR": ("FR", "fr", "France"),
    "IT": ("IT", "Italy"),
    "ES": ("ES", "es", "Spain"),
    "PL": ("PL", "Poland", "pl"),
    "NL": ("NL", "Netherlands"),
    "SE": ("SE",),
}
STATUSES: Final = ("paid",) * 17 + ("shipped",) * 2 + ("refunded",)


def rows(count: int, *, seed: int, broken_share: float = 0.0) -> Iterator[str]:
    """CSV lines of a month of orders, oldest first, header included."""
    dice = random.Random(seed)
    countries = list(COUNTRIES.values())
    prices = [round(dice.uniform(2, 250), 2) for _ in range(400)]
    step = timedelta(days=31) / count
    yield HEADER
    for number in range(count):
        line = _row(dice, number, MONTH + number * step, countries, prices, broken_share)
        yield line
        if dice.random() < 0.004:
            yield line


def _row(
    dice: random.Random,
    number: int,
    at: datetime,
    countries: list[tuple[str, ...]],
    prices: list[float],
    broken_share: float,
) -> str:
    sku = dice.randrange(400)
    price = -prices[sku] if dice.random() < broken_share else prices[sku]
    customer = "" if dice.random() < 0.01 else f"C{dice.randrange(18_000):05d}"
    return ",".join(
        (
            f"O{MONTH:%y%m}{number:07d}",
            f"{at:%Y-%m-%dT%H:%M:%S}",
            customer,
            dice.choice(dice.choice(countries)),
            f"SKU-{sku:04d}",
            str(dice.choice((1, 1, 1, 2, 2, 3, 5))),
            f"{price:.2f}",
            dice.choice(STATUSES),
        )
    )


def packed(lines: Iterator[str]) -> bytes:
    """The lines as a gzip file without a time stamp, so that equal lines are equal bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as file:
        for line in lines:
            file.write(f"{line}\n".encode())
    return buffer.getvalue()


def write(folder: Path) -> list[Path]:
    """Writes both files into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    good, broken = folder / "orders-2026-10.csv.gz", folder / "orders-broken.csv.gz"
    good.write_bytes(packed(rows(ROWS, seed=20261001)))
    broken.write_bytes(packed(rows(BROKEN_ROWS, seed=20261002, broken_share=0.33)))
    return [good, broken]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Writes the order files of the main example.")
    parser.add_argument("folder", type=Path)
    for path in write(parser.parse_args().folder):
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
