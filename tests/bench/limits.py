"""What the machine itself can do: the limits beside which our figures stand."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg


def bare_python(count: int = 40) -> float:
    """Seconds that ``count`` calls of fibonacci(10) take without anything around them."""

    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    began = time.perf_counter()
    for _ in range(count):
        fibonacci(10)
    return time.perf_counter() - began


def database(dsn: str) -> dict[str, float]:
    """Commits of one INSERT and one UPDATE per second, and rows claimed in batches of 50."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create temp table probe (id int primary key, state text)")
        commits = _rate(lambda n: _insert_update(connection, n))
        connection.execute("truncate probe")
        connection.execute("insert into probe select n, 'Q' from generate_series(1, 200000) n")
        claims = _rate(lambda _: _claim(connection)) * 50
    return {"insert+update commits/s": commits, "batch claims/s": claims}


def _insert_update(connection: psycopg.Connection[Any], number: int) -> None:
    with connection.transaction():
        connection.execute("insert into probe values (%s, 'Q')", [number])
        connection.execute("update probe set state = 'D' where id = %s", [number])


def _claim(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "update probe set state = 'R' where id in (select id from probe where state = 'Q'"
        " order by id for update skip locked limit 50)"
    )


def _rate(step: Callable[[int], None], *, seconds: float = 1.0, rounds: int = 3) -> float:
    rates, number = [], 0
    for _ in range(rounds):
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            number += 1
            step(number)
            done += 1
        rates.append(done / (time.perf_counter() - began))
    return statistics.median(rates)
