"""Assets and lineage: told by tasks, kept with their results, read over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connections

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.models import Asset
from executions.runtime import lineage
from executions.worker.assets import noted
from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_worker import flow
from tests.support.cast import Cast, Member

TOUCH = """  - id: load
    type: io.downbeat.test.Touch
    reads: ["s3://lake/orders.csv", "s3://lake/customers.csv"]
    writes:
      "db://shop/orders": {type: table, rows: 7, upstream: ["s3://lake/orders.csv"]}
      "db://shop/all": {type: table}
"""
SCRIPT = """  - id: report
    type: scripts.shell.Script
    script: |
      echo '::{"assets": {"inputs": ["db://shop/orders"], "outputs": [{"id": "report"}]}}::'
"""
DECLARED = """  - id: say
    type: core.log.Log
    message: done
    assets:
      inputs: [{id: report, type: file}]
      outputs: [{id: "mail-{{ execution.state }}", metadata: {to: boss}}]
  - id: failing
    type: scripts.shell.Script
    script: exit 1
    assets: {outputs: [{id: never}]}
"""
GROUPS = """  - id: each
    type: core.flow.ForEach
    values: [a, b]
    assets:
      inputs: [group-in]
      outputs: [{id: "group-{{ flow.id }}", type: mart}]
    tasks:
      - {id: show, type: core.log.Log, message: "{{ taskrun.value }}"}
  - id: nap
    type: core.flow.Sleep
    duration: PT0.1S
    assets: {outputs: ["{{ nobody.knows.this }}"]}
  - id: shared
    type: core.flow.WorkingDirectory
    assets: {outputs: [group-folder]}
    tasks:
      - {id: work, type: scripts.shell.Script, script: "true"}
  - id: failing
    type: core.flow.Sequential
    assets: {outputs: [group-never]}
    tasks:
      - {id: stop, type: core.execution.Fail}
"""


@pytest.fixture(scope="module")
def told(crew: Processes, module_cast: Cast) -> Runs:
    """A tenant in which all kinds of tasks have named assets."""
    runs = Runs(module_cast)
    for id, tasks in (("load", TOUCH), ("report", SCRIPT), ("declare", DECLARED)):
        runs.deploy(flow(id, tasks))
        shown = runs.run(id)
        wanted = "FAILED" if id == "declare" else "SUCCESS"
        assert shown["state"]["current"] == wanted, runs.logs(shown["id"])
    return runs


def asked(
    runs: Runs, path: str, query: Mapping[str, str] | None = None, *, who: Member | None = None
) -> Any:
    asking = who or runs.cast.alice
    answer = asking.get(f"{runs.cast.api}/assets/{path}", query_params=dict(query or {}))
    return answer.json() if answer.status_code == 200 else answer.status_code


def names(found: Any) -> list[str]:
    return [row["id"] for row in found["results"]]


def test_assets_are_found(told: Runs) -> None:
    found = asked(told, "search", {"size": "100"})

    assert names(found) == [
        "db://shop/all",
        "db://shop/orders",
        "mail-RUNNING",
        "report",
        "s3://lake/customers.csv",
        "s3://lake/orders.csv",
    ]
    assert found["total"] == 6


def test_assets_are_filtered_by_what_they_are_and_by_who_uses_them(told: Runs) -> None:
    def found(**filters: str) -> list[str]:
        return names(asked(told, "search", {f"filters[{k}][EQUALS]": filters[k] for k in filters}))

    assert found(q="customers") == ["s3://lake/customers.csv"]
    assert found(type="table") == ["db://shop/all", "db://shop/orders"]
    assert found(flowId="report") == ["db://shop/orders", "report"]
    assert found(namespace="company.elsewhere") == []


def test_an_asset_shows_what_was_told_of_it(told: Runs) -> None:
    found = asked(told, quote("db://shop/orders", safe=""))

    assert found["type"] == "table"
    assert found["metadata"] == {"rows": 7}
    assert found["namespace"] == "company.data"
    assert asked(told, "mail-RUNNING")["metadata"] == {"to": "boss"}
    assert asked(told, "never") == 404


def test_an_output_that_names_its_upstream_flows_from_it_alone(told: Runs) -> None:
    found = asked(told, "lineage-events/search", {"size": "100"})

    pairs = {
        (row["inputs"][0]["id"], row["outputs"][0]["id"], row["kind"]) for row in found["results"]
    }
    assert pairs == {
        ("s3://lake/orders.csv", "db://shop/orders", "observed"),
        ("s3://lake/orders.csv", "db://shop/all", "observed"),
        ("s3://lake/customers.csv", "db://shop/all", "observed"),
        ("db://shop/orders", "report", "observed"),
        ("report", "mail-RUNNING", "declared"),
    }


def test_dependencies_go_as_far_as_they_are_asked(told: Runs) -> None:
    id = quote("s3://lake/orders.csv", safe="")

    near = asked(told, f"{id}/dependencies")
    far = asked(told, f"{id}/dependencies", {"expandAll": "true"})

    assert not near["truncated"]
    assert {node["uid"] for node in near["nodes"]} == {
        "s3://lake/orders.csv",
        "db://shop/orders",
        "db://shop/all",
        "flow:company.data.load",
    }
    assert {node["uid"] for node in far["nodes"]} >= {"report", "mail-RUNNING"}
    assert {
        "source": "flow:company.data.report",
        "target": "report",
        "relation": "UPSERT",
    } in far["edges"]


def test_dependencies_may_leave_out_where_it_comes_from(told: Runs) -> None:
    both = asked(told, "report/dependencies")
    down = asked(told, "report/dependencies", {"destinationOnly": "true"})

    assert "db://shop/orders" in {node["uid"] for node in both["nodes"]}
    assert "db://shop/orders" not in {node["uid"] for node in down["nodes"]}


def test_usages_name_the_tasks(told: Runs) -> None:
    found = asked(told, "usages/search", {"filters[assetId][EQUALS]": "report"})

    uses = {(row["flowId"], row["taskId"], row["direction"]) for row in found["results"]}
    assert uses == {("report", "report", "output"), ("declare", "say", "input")}


def test_a_second_run_moves_what_is_known(told: Runs) -> None:
    shown = told.run("load")

    found = asked(told, quote("db://shop/orders", safe=""))

    assert found["executionId"] == shown["id"]
    assert found["updated"] > found["created"]
    assert asked(told, "search", {"size": "100"})["total"] == 6


def test_viewers_see_assets_and_strangers_do_not(told: Runs) -> None:
    cast = told.cast

    assert names(asked(told, "search", who=cast.bob)) == names(asked(told, "search"))
    assert asked(told, "report", who=cast.charlie) == 404
    assert cast.charlie.get(f"{cast.other_api}/assets/search").json()["total"] == 0


def test_turns_that_name_the_same_assets_do_not_lock_each_other_out(module_cast: Cast) -> None:
    tenant, namespace = module_cast.tenant.id, module_cast.namespace_id
    place = lineage.place_of(uuid7(), uuid7(), "task", namespace, "company.data", "busy", 1)
    uris = [f"busy-{number}" for number in range(50)]
    failures: list[Exception] = []

    def turns(order: list[str]) -> None:
        assets = [noted({"uri": uri}, direction="output") for uri in order]
        known = [asset for asset in assets if asset is not None]
        try:
            for _ in range(20):
                with tenant_scope(tenant):
                    lineage.keep(tenant, [lineage.Noted(place, known)])
        except Exception as problem:
            failures.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=turns, args=(order,)) for order in (uris, uris[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with tenant_scope(tenant):
        assert Asset.objects.filter(uri__startswith="busy-").count() == 50


def test_groups_that_ended_well_name_what_their_source_lists(
    crew: Processes, module_cast: Cast
) -> None:
    runs = Runs(module_cast)
    runs.deploy(flow("groups", GROUPS))

    shown = runs.run("groups")

    states = {run["taskId"]: run["state"]["current"] for run in shown["taskRunList"]}
    assert (states["each"], states["nap"], states["failing"]) == ("SUCCESS", "SUCCESS", "FAILED")
    found = asked(runs, "search", {"size": "100", "filters[q][EQUALS]": "group-"})
    assert names(found) == ["group-folder", "group-groups", "group-in"]
    assert asked(runs, "group-groups")["type"] == "mart"
    assert any("are not recorded" in line for line in runs.logs(shown["id"]))
