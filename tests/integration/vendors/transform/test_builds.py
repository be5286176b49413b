"""What dbt builds, and what is told of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from executions.worker.bubblewrap_launcher import sandbox_works
from executions.worker.work import Ending
from tests.integration.vendors.transform.rigs import (
    DAILY,
    FILES,
    Built,
    Rig,
    rig_in,
    runs_of,
)
from tests.support.attempts import work_of

pytestmark = [pytest.mark.slow, pytest.mark.vendors]


def test_a_tag_of_the_project_in_the_namespace_files_is_built(built: Built) -> None:
    result = built.result

    assert result.ending is Ending.SUCCESS, built.channel.text()
    assert set(runs_of(result)) == {
        "raw_orders",
        "orders_daily",
        "best_days",
        "not_null_orders_daily_day",
        "unique_orders_daily_day",
    }
    assert {child["state"] for child in result.children} == {"SUCCESS"}
    files = result.outputs["outputFiles"]
    assert files["target/run_results.json"] == files["run_results.json"]
    assert json.loads(built.channel.files[files["target/manifest.json"]])["metadata"]


def test_the_log_has_the_words_and_the_levels_of_dbt(built: Built) -> None:
    messages = built.channel.messages("INFO")
    assert any(line.startswith("Running with dbt=1.11") for line in messages)
    assert any("OK created sql table model main.orders_daily" in line for line in messages)
    assert not any(line.startswith("{") or "\x1b" in line for line in messages)
    assert "" not in messages
    assert built.channel.messages("ERROR") == []


def test_task_runs_have_the_times_and_the_facts_of_their_nodes(built: Built) -> None:
    result = built.result

    run = runs_of(result)["orders_daily"]
    assert run["startedAt"] < run["endedAt"]
    assert run["outputs"]["uniqueId"] == "model.shop.orders_daily"
    assert run["outputs"]["status"] == "success"
    assert run["outputs"]["relation"].endswith('"main"."orders_daily"')
    assert run["outputs"]["executionTime"] > 0


def test_metrics_count_the_nodes_by_status_and_measure_them(built: Built) -> None:
    result = built.result

    counts = {m.tags["status"]: m.value for m in result.metrics if m.name == "nodes"}
    assert counts == {"success": 3, "pass": 2}
    timers = {m.tags.get("node") for m in result.metrics if m.name == "node.duration"}
    assert "model.shop.orders_daily" in timers
    assert [m.kind for m in result.metrics if m.name == "duration"] == ["timer"]


def test_assets_lead_from_the_seed_through_the_ephemeral_model_to_the_view(built: Built) -> None:
    result = built.result

    written = {asset["uri"]: asset for asset in result.assets}
    orders = written["duckdb://shop.duckdb/main/orders_daily"]
    assert orders["upstream"] == ["duckdb://shop.duckdb/main/raw_orders"]
    assert orders["type"] == "table"
    assert {"name": "day", "type": "date"} in orders["facts"]["columns"]
    view = written["duckdb://shop.duckdb/main/best_days"]
    assert (view["type"], view["upstream"]) == (
        "view",
        ["duckdb://shop.duckdb/main/orders_daily"],
    )
    assert {asset["direction"] for asset in result.assets} == {"output"}


def test_what_is_only_read_is_an_input(rig: Rig) -> None:
    (data,) = rig.settings.folders_of("company.team")
    file = f"{data}/{uuid.uuid4().hex}.duckdb"
    quietly = "dbt seed > /dev/null && rm -r target"

    result = rig.cli(quietly, "dbt run --select orders_daily", env={"SHOP_FILE": file})

    assert result.ending is Ending.SUCCESS, rig.text()
    assert [(asset["direction"], asset["uri"]) for asset in result.assets] == [
        ("input", f"duckdb://{file}/main/raw_orders"),
        ("output", f"duckdb://{file}/main/orders_daily"),
    ]


def test_a_model_and_a_test_that_fail_are_named_with_their_messages(rig: Rig) -> None:
    rig.put(
        {
            "models/orders_daily.sql": "select nothing as day from {{ ref('raw_orders') }}",
            "tests/no_customers.sql": "select * from {{ ref('customers_weekly') }}",
        }
    )

    result = rig.cli("dbt build")

    error = result.error or ""
    assert (result.ending, result.reason) == (Ending.FAILED, "exit")
    assert "model orders_daily: " in error and "nothing" in error
    assert "test no_customers: Got 3 results, configured to fail if != 0" in error
    runs = runs_of(result)
    assert (runs["raw_orders"]["state"], runs["orders_daily"]["state"]) == ("SUCCESS", "FAILED")
    assert runs["best_days"]["state"] == "SKIPPED"
    assert runs["no_customers"]["outputs"]["failures"] == 3
    assert "target/run_results.json" in result.outputs["outputFiles"]


def test_a_warning_in_the_log_makes_a_warning(rig: Rig) -> None:
    source = "{{ config(severity='warn') }} select * from {{ ref('raw_orders') }}"
    rig.put({"tests/few.sql": source})

    result = rig.cli("dbt build -s raw_orders+1 --exclude stg_orders")

    assert result.ending is Ending.WARNING, rig.text()
    assert runs_of(result)["few"]["state"] == "WARNING"
    assert any("WARN 4 few" in line for line in rig.channel.messages("WARN"))


def test_each_command_of_a_task_is_reported(rig: Rig) -> None:
    result = rig.cli("dbt seed", "echo between", "dbt run --select orders_daily")

    assert list(runs_of(result)) == ["raw_orders", "orders_daily"]
    assert "between" in rig.channel.messages("INFO")


def test_without_a_project_the_failure_says_where_one_may_come_from(rig: Rig) -> None:
    rig.channel.files.clear()

    result = rig.cli(DAILY)

    assert result.ending is Ending.FAILED
    assert "No dbt_project.yml found" in (result.error or "")
    assert "namespace files" in (result.error or "")


def test_without_a_profile_the_failure_is_dbts_own(rig: Rig) -> None:
    del rig.channel.files["downbeat:///company.team/_files/profiles.yml"]

    result = rig.cli(DAILY)

    assert result.ending is Ending.FAILED
    assert "profile" in (result.error or "").lower()


def test_a_profile_of_the_task_wins(rig: Rig) -> None:
    profile = {"shop": {"target": "x", "outputs": {"x": {"type": "duckdb", "path": "own.duckdb"}}}}

    result = rig.cli(DAILY, profiles=json.dumps(profile), outputFiles=["*.duckdb"])

    assert result.ending is Ending.SUCCESS, rig.text()
    assert "own.duckdb" in result.outputs["outputFiles"]
    assert any(asset["uri"].startswith("duckdb://own.duckdb/") for asset in result.assets)


def test_a_project_in_a_folder_is_found_by_property_and_by_option(rig: Rig) -> None:
    rig.channel.files.clear()
    rig.put(FILES, below="shop/")
    files = {"enabled": True}

    by_property = rig.cli("dbt seed", projectDir="shop", namespaceFiles=files)
    by_option = rig.cli("dbt seed --project-dir shop", namespaceFiles=files)

    for result in (by_property, by_option):
        assert result.ending is Ending.SUCCESS, rig.text()
        assert list(runs_of(result)) == ["raw_orders"]
        assert "target/manifest.json" in result.outputs["outputFiles"]


def test_results_are_not_parsed_if_that_is_not_wanted(rig: Rig) -> None:
    work = work_of("dbt.cli.DbtCLI", commands="dbt seed", parseRunResults=False)

    result = rig.run(work)

    assert result.ending is Ending.SUCCESS, rig.text()
    assert not (result.children or result.assets or result.metrics)


def test_a_verb_puts_its_command_together(rig: Rig) -> None:
    work = work_of("dbt.cli.Build", select=["tag:daily"], exclude=["best_days"], thread=1)

    result = rig.run(work)

    assert result.ending is Ending.SUCCESS, rig.text()
    assert len(result.children) == 4


def test_the_nodes_that_are_listed_are_in_the_log(rig: Rig) -> None:
    result = rig.run(work_of("dbt.cli.List", select=["tag:weekly"]))

    assert result.ending is Ending.SUCCESS, rig.text()
    assert any("customers_weekly" in line for line in rig.channel.messages("INFO"))


def test_the_sandbox_holds_all_that_dbt_needs(folder: Path) -> None:
    rig = rig_in(folder, "bubblewrap")
    if not sandbox_works(rig.settings):
        pytest.skip("bubblewrap does not work on this machine")
    rig.put(FILES)
    (data,) = rig.settings.folders_of("company.team")
    try:
        result = rig.cli(DAILY, env={"SHOP_FILE": f"{data}/boxed.duckdb"})
    finally:
        rig.launcher.close()

    assert result.ending is Ending.SUCCESS, rig.text()
    assert (Path(data) / "boxed.duckdb").exists()


def test_a_manifest_is_kept_in_the_store_and_taken_from_there(rig: Rig) -> None:
    place = {"key": "shop", "namespace": "company.team"}
    kept: dict[str, Any] = {}

    def request(_: Any, operation: str, arguments: Mapping[str, Any]) -> None:
        kept[operation] = arguments

    rig.channel.request = request  # type: ignore[assignment]

    stored = rig.cli("dbt seed", storeManifest=place)
    rig.channel.pairs["shop"] = kept["kv.set"]["value"]
    loaded = rig.cli("ls -l target/manifest.json", loadManifest=place)

    assert kept["kv.set"]["key"] == "shop"
    assert stored.ending is loaded.ending is Ending.SUCCESS, rig.text()


def test_another_engine_is_refused(rig: Rig) -> None:
    result = rig.cli("dbt build", engine="FUSION")

    assert result.ending is Ending.FAILED
    assert "FUSION is not available" in (result.error or "")


def test_hostile_results_do_not_hurt(rig: Rig) -> None:
    bad = {"results": [1, {"unique_id": 5}, {"unique_id": "model.a.b", "status": "success"}, None]}
    script = f"mkdir -p target && printf '%s' '{json.dumps(bad)}' > target/run_results.json"
    script += " && printf '[[[[' > target/manifest.json"

    result = rig.cli(script)

    assert result.ending is Ending.SUCCESS, rig.text()
    assert list(runs_of(result)) == ["b"]
