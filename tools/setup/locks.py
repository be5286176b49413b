"""Resolves the dependencies anew and writes the lock files: hashes, and no address of an index."""

from __future__ import annotations

import sys

import environments
import index
from environments import ROOT, SERVER, run, say

OPTIONS = ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet")
OLDEST = ("--python-version", "3.11")
# The example's warehouse is DuckDB, internal storage may be S3, and the vendors of the first flows
# that people bring are there from the start: part of every installation.
EXTRAS = (
    "--extra",
    "duckdb",
    "--extra",
    "s3",
    "--extra",
    "aws",
    "--extra",
    "gcp",
    "--extra",
    "vault",
)
INPUTS = {
    "requirements-dev.lock": ("pyproject.toml", "--group", "dev"),
    "requirements.lock": ("pyproject.toml", *EXTRAS, "-c", "requirements-dev.lock"),
    "requirements-scripts.lock": ("requirements-scripts.in", "-c", "requirements-dev.lock"),
    "requirements-build.lock": ("requirements-build.in", "-c", "requirements-dev.lock"),
    "requirements-node.lock": ("requirements-node.in",),
    # Part of the plug-in, which makes its environment where it runs; agrees with nobody.
    "flows/plugins/dbt/requirements.lock": ("flows/plugins/dbt/requirements.in",),
}


def main() -> int:
    """Writes every lock, in an order in which later ones agree with earlier ones."""
    uv = str(SERVER / "bin" / "uv")
    environment = index.environment(environments.RUNTIME.python)
    for lock, inputs in INPUTS.items():
        say(f"Resolving {lock}.")
        command = [uv, "pip", "compile", *OPTIONS, *OLDEST, *inputs, "-o", str(ROOT / lock)]
        run([*command, "--upgrade"] if "--upgrade" in sys.argv else [*command], env=environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
