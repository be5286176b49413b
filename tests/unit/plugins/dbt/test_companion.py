"""What the companion of dbt makes of lines, results and manifests; all of them are untrusted."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plugins.dbt.companion import main as companion
from flows.plugins.dbt.companion.lineage import Manifest, assets
from flows.plugins.dbt.companion.places import Warehouse, read_profile
from flows.plugins.dbt.companion.results import TooLarge, read_invocation, read_json
from flows.plugins.dbt.companion.told import Told, told

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "results",
                    "unique_id",
                    "status",
                    "timing",
                    "metadata",
                    "nodes",
                    "parent_map",
                    "info",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def event(message: str, level: str = "info", name: str = "Note") -> bytes:
    return json.dumps({"info": {"msg": message, "level": level, "name": name}}).encode() + b"\n"


def result(unique_id: str, status: str = "success", **more: Any) -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "execution_time": 1.5, **more}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (event("hello"), Told("Note", "INFO", "hello")),
        (event("\x1b[32mgreen\x1b[0m", "warn"), Told("Note", "WARN", "green")),
        (event("x", "error"), Told("Note", "ERROR", "x")),
        (event("x", "unheard of"), Told("Note", "ERROR", "x")),
        (b"plain\n", None),
        (b"{not json\n", None),
        (b'{"info": 5}\n', None),
        (b'{"info": {"msg": 5, "level": "info"}}\n', None),
        (b"[" * 100_000, None),
        (b'{"info":' + b"[" * 100_000, None),
    ],
)
def test_a_line_of_dbt_is_an_event_and_any_other_is_not(line: bytes, wanted: Told | None) -> None:
    assert told(line) == wanted


@given(JSON)
def test_no_json_disturbs_the_reading_of_lines(value: Any) -> None:
    told(json.dumps(value).encode())


@given(JSON)
def test_no_json_disturbs_the_reading_of_results(value: Any) -> None:
    path = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    file = path / "downbeat-test-results.json"
    file.write_text(json.dumps(value))
    read_invocation(file)
    file.unlink()


@given(JSON, JSON)
def test_no_json_disturbs_the_reading_of_a_manifest(nodes: Any, parents: Any) -> None:
    manifest = Manifest.of(
        {"nodes": {"model.a.b": nodes}, "parent_map": {"model.a.b": parents}, "metadata": nodes}
    )
    assert manifest is not None
    if manifest.is_relation("model.a.b"):
        list(assets(manifest, (), Warehouse(manifest.adapter)))
        manifest.upstream("model.a.b")
        manifest.uri("model.a.b", Warehouse(manifest.adapter))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text("[" + "1," * 600 + "1]")

    with pytest.raises(TooLarge, match=r"manifest.json is larger than 0 MiB"):
        read_json(path, 1000)


@pytest.mark.parametrize(
    ("unique_id", "name", "kind"),
    [
        ("model.shop.orders", "orders", "model"),
        ("model.shop.orders.v2", "orders.v2", "model"),
        ("test.shop.not_null_orders_id.abc123", "not_null_orders_id", "test"),
        ("test.shop.own", "own", "test"),
        ("source.shop.raw.events", "raw.events", "source"),
        ("odd", "odd", "odd"),
    ],
)
def test_a_node_bears_the_name_that_the_project_gives_it(
    tmp_path: Path, unique_id: str, name: str, kind: str
) -> None:
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": [result(unique_id)]}))

    found = read_invocation(path)

    assert found is not None
    assert (found.runs[0].name, found.runs[0].kind) == (name, kind)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "SUCCESS"),
        ("pass", "SUCCESS"),
        ("warn", "WARNING"),
        ("fail", "FAILED"),
        ("error", "FAILED"),
        ("runtime error", "FAILED"),
        ("skipped", "SKIPPED"),
        ("never heard of", "FAILED"),
    ],
)
def test_each_status_has_a_state(tmp_path: Path, status: str, state: str) -> None:
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": [result("model.a.b", status)]}))

    found = read_invocation(path)

    assert found is not None and found.runs[0].state == state


def test_without_timing_a_node_ended_when_the_file_was_written(tmp_path: Path) -> None:
    path = tmp_path / "sources.json"
    facts = {"generated_at": "2026-01-01T00:00:10+00:00"}
    path.write_text(json.dumps({"metadata": facts, "results": [result("source.a.b.c")]}))

    found = read_invocation(path)

    assert found is not None
    (run,) = found.runs
    assert (run.started, run.ended) == (
        "2026-01-01T00:00:08.500000+00:00",
        "2026-01-01T00:00:10+00:00",
    )


@pytest.mark.parametrize(
    ("warehouse", "uri"),
    [
        (Warehouse("postgres", {"host": "h", "port": 5432}), "postgres://h/db/s/t"),
        (Warehouse("postgres", {"host": "h", "port": "6000"}), "postgres://h:6000/db/s/t"),
        (Warehouse("postgres", {"host": "/run/pg"}), "postgres://localhost/db/s/t"),
        (Warehouse("postgres"), "postgres://db/s/t"),
        (Warehouse("snowflake", {"account": "acme"}), "snowflake://acme/db/s/t"),
        (Warehouse("bigquery", {"project": "db"}), "bigquery://db/s/t"),
        (Warehouse("duckdb", {"path": "/data/db.duckdb"}), "duckdb:///data/db.duckdb/s/t"),
        (Warehouse("duckdb", {"path": "./db.duckdb"}), "duckdb://db.duckdb/s/t"),
        (Warehouse("duckdb", {"path": "/w/db.duckdb"}, "/w"), "duckdb://db.duckdb/s/t"),
        (Warehouse("duckdb", {"path": "other.duckdb"}), "duckdb://other.duckdb/db/s/t"),
        (Warehouse("duckdb"), "duckdb://memory/db/s/t"),
    ],
)
def test_tables_have_addresses_by_their_warehouse(warehouse: Warehouse, uri: str) -> None:
    assert warehouse.uri("db", "s", "t") == uri


def test_names_with_odd_letters_stay_one_part_of_an_address() -> None:
    found = Warehouse("postgres", {"host": "h"}).uri("a/b", "s p", "t?")

    assert found == "postgres://h/a%2Fb/s%20p/t%3F"


def test_a_profile_is_read_with_its_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", "there")
    (tmp_path / "dbt_project.yml").write_text("profile: shop")
    (tmp_path / "profiles.yml").write_text(
        "shop:\n  target: a\n  outputs:\n"
        "    a: {host: \"{{ env_var('WAREHOUSE') }}\", port: \"{{ env_var('P', '7') | int }}\"}\n"
        '    b: {host: "{{ something(else) }}"}\n'
    )

    assert read_profile(tmp_path, tmp_path, None) == {"host": "there", "port": "7"}
    assert read_profile(tmp_path, tmp_path, "b") == {"host": None}
    assert read_profile(tmp_path, tmp_path, "c") == {}
    assert read_profile(tmp_path / "no", tmp_path, None) == {}


def test_a_profile_of_another_shape_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("- 1")
    (tmp_path / "profiles.yml").write_text("{")

    assert read_profile(tmp_path, tmp_path, None) == {}


NODES = {
    "model.a.one": {"database": "d", "schema": "s", "name": "one", "alias": "uno"},
    "model.a.two": {"schema": "s", "name": "two", "config": {"materialized": "ephemeral"}},
    "model.a.three": {"schema": "s", "name": "three", "config": {"materialized": "view"}},
}
SOURCES = {"source.a.raw.t": {"schema": "raw", "name": "t", "identifier": "T1"}}
PARENTS = {
    "model.a.three": ["model.a.two"],
    "model.a.two": ["model.a.one", "source.a.raw.t", "model.a.two", "model.a.gone"],
}


def test_lineage_looks_through_ephemeral_models_and_ends_in_circles(tmp_path: Path) -> None:
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": [result("model.a.three"), result("model.a.two")]}))
    manifest = Manifest.of({"nodes": NODES, "sources": SOURCES, "parent_map": PARENTS})
    found = read_invocation(path)
    assert manifest is not None and found is not None

    told_assets = list(assets(manifest, found.runs, Warehouse("x")))

    assert [(one["direction"], one["uri"]) for one in told_assets] == [
        ("input", "x://d/s/uno"),
        ("input", "x://raw/T1"),
        ("output", "x://s/three"),
    ]
    assert told_assets[-1]["facts"]["upstream"] == ["x://d/s/uno", "x://raw/T1"]


def run_of(folder: Path, **options: Any) -> tuple[companion.Companion, io.StringIO]:
    said = io.StringIO()
    found = companion.Companion(folder, companion.Options(**options), {"PATH": "/bin"}, said)
    found.prepare(folder / ".bin")
    return found, said


def reports(said: io.StringIO) -> list[Any]:
    lines = said.getvalue().splitlines()
    return [json.loads(line[2:-2]) for line in lines if line.startswith("::{")]


def leave(folder: Path, *results: dict[str, Any], id: str = "1") -> None:
    (folder / "target").mkdir(exist_ok=True)
    report = {"metadata": {"invocation_id": id}, "results": results, "elapsed_time": 2}
    (folder / "target" / "run_results.json").write_text(json.dumps(report))


def test_results_that_lay_there_before_are_not_of_this_run(tmp_path: Path) -> None:
    leave(tmp_path, result("model.a.old"))
    found, said = run_of(tmp_path)

    found.finish(0)

    assert reports(said) == [{"warning": False}]


def test_each_call_of_dbt_is_reported_before_the_next_writes_over_it(tmp_path: Path) -> None:
    found, said = run_of(tmp_path)
    start = event("Running with dbt", name="MainReportVersion")
    leave(tmp_path, result("seed.a.one"))

    found.hear(io.BytesIO(start + b'::{"outputs": {"mine": 1}}::\nplain\n'))
    leave(tmp_path, result("model.a.two", "error", message="no such table"), id="2")
    found.finish(1)

    said_runs = [run["taskId"] for report in reports(said) for run in report.get("taskRuns", ())]
    assert said_runs == ["one", "two"]
    assert {"outputs": {"mine": 1}} in reports(said)
    assert "plain\n" in said.getvalue()
    assert reports(said)[-1]["error"] == "1 of 2 nodes failed: model two: no such table"


def test_without_results_the_failure_is_the_last_that_dbt_said(tmp_path: Path) -> None:
    found, said = run_of(tmp_path)

    found.hear(
        io.BytesIO(
            event("Encountered an error", "error") + event("No dbt_project.yml found", "error")
        )
    )
    found.finish(2)

    error = reports(said)[-1]["error"]
    assert error.startswith("Encountered an error\nNo dbt_project.yml found")
    assert "'projectDir'" in error


def test_what_the_commands_print_as_errors_explains_a_failure_without_events(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    found, said = run_of(tmp_path)

    code = found.run(["/bin/sh", "-c", "echo 'no such thing' >&2; exit 3"])
    found.finish(code)

    assert code == 3
    assert reports(said)[-1]["error"] == "no such thing"


def test_a_long_line_passes_in_pieces(tmp_path: Path) -> None:
    found, said = run_of(tmp_path)

    found.hear(io.BytesIO(b"x" * (3 << 20) + b"\n"))

    assert said.getvalue() == "x" * (3 << 20) + "\n"


def test_a_dbt_of_the_task_is_put_before_all_others(tmp_path: Path) -> None:
    own = tmp_path / "tools" / "my dbt"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\necho mine $@\n")
    own.chmod(0o755)
    found, said = run_of(tmp_path, dbt_path="tools/my dbt")

    code = found.run(["/bin/sh", "-c", "dbt build"])

    assert (code, said.getvalue()) == (0, "mine build\n")
    assert sys.executable
