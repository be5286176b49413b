"""The examples of these plug-ins are flows that parse, and every type has one."""

from __future__ import annotations

import pytest

from flows.plugins import duckdb, fs_local, http, postgresql
from flows.plugins.core import counting, items, logs, namespace_files, purging, state, storage
from flows.plugins.scripts import python, shell
from flows.spec.parse import parse_flow
from flows.spec.registry import load_registry

TYPES = [
    found
    for module in (
        counting,
        duckdb,
        fs_local,
        http,
        items,
        logs,
        namespace_files,
        postgresql,
        purging,
        python,
        shell,
        state,
        storage,
    )
    for found in module.PLUGINS
]
REGISTRY = load_registry(test_types=True)


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_every_type_has_a_docstring_and_an_example_that_parses(found: type) -> None:
    assert (found.__doc__ or "").strip()
    for title, source in found.examples:  # type: ignore[attr-defined]
        parsed = parse_flow(source, REGISTRY)
        assert title
        assert parsed.flow is not None, parsed.diagnostics
    assert found.examples  # type: ignore[attr-defined]
    assert REGISTRY.find(f"io.kestra.plugin.{found.type_name}") is found  # type: ignore[attr-defined]
