"""Reads the first rows of a Parquet file; a program of its own, for bytes that nobody can trust.

    python -I parquet_rows.py FILE ROWS      prints {"rows": [{…}], "more": true}

It knows no environment and no network, and has bounded memory and time: a file that breaks the
reader breaks this process and nothing else.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY = 2 << 30
SECONDS = 10


def main(path: str, rows: int) -> None:
    """Writes the rows to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "256MB", "threads": "1"})
    connection.execute(f"set allowed_paths = ['{path}']")
    connection.execute("set enable_external_access = false")
    found = connection.execute("select * from read_parquet(?) limit ?", [path, rows + 1])
    names = [column[0] for column in found.description or ()]
    records = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    shown = {"rows": records[:rows], "more": len(records) > rows}
    json.dump(shown, sys.stdout, default=str)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
