"""dbt: transformations of a warehouse, run by its command line."""

from __future__ import annotations

from flows.plugins.dbt.cli import DbtCLI
from flows.plugins.dbt.setup import Setup
from flows.plugins.dbt.verbs import (
    Build,
    Compile,
    Deps,
    Freshness,
    List,
    Run,
    Seed,
    Snapshot,
    Test,
)

PLUGINS: tuple[type, ...] = (
    Build,
    Compile,
    DbtCLI,
    Deps,
    Freshness,
    List,
    Run,
    Seed,
    Setup,
    Snapshot,
    Test,
)
