"""What dbt tasks make of their properties: plain programs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.script import NamespaceFiles, Program, ScriptTask
from flows.plugins.dbt import PLUGINS
from flows.plugins.dbt.cli import DbtCLI
from flows.plugins.dbt.running import GRACE
from flows.plugins.dbt.setup import Setup
from flows.plugins.dbt.verbs import Build, Compile, Deps, Freshness
from tests.support.run_context import made


def program(kind: type[ScriptTask], **properties: Any) -> Program:
    task = made(kind, **properties)
    assert isinstance(task, ScriptTask)
    return task.program()


def options(found: Program) -> dict[str, Any]:
    assert found.companion is not None
    told: dict[str, Any] = json.loads(found.companion.files["options.json"])
    return told


def test_all_types_are_there() -> None:
    names = {kind.type_name.rpartition(".")[2] for kind in PLUGINS}  # type: ignore[attr-defined]
    assert names == {
        "DbtCLI", "Build", "Run", "Test", "Seed", "Snapshot",
        "Compile", "Deps", "List", "Freshness", "Setup",
    }  # fmt: skip


def test_commands_are_a_list_or_one_text() -> None:
    assert program(DbtCLI, commands="dbt build").commands == ("dbt build",)
    assert program(DbtCLI, commands=["dbt deps", "dbt build"]).commands == ("dbt deps", "dbt build")
    with pytest.raises(TaskFailed, match="'commands' is empty"):
        program(DbtCLI, commands=[])


def test_without_a_word_about_files_the_project_is_in_the_namespace() -> None:
    plain = program(DbtCLI, commands="dbt build")
    named = program(DbtCLI, commands="dbt build", projectDir="shop")
    given = program(DbtCLI, commands="dbt build", inputFiles={"dbt_project.yml": "x"})

    assert (plain.namespace_files, plain.unless_file) == (NamespaceFiles(), "dbt_project.yml")
    assert named.namespace_files is given.namespace_files is None


def test_dbt_is_told_by_its_environment_and_the_task_has_the_last_word() -> None:
    found = program(DbtCLI, commands="dbt build", env={"DBT_LOG_PATH": "there", "MINE": "1"})

    assert found.env["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert found.env["DBT_LOG_FORMAT"] == "json"
    assert (found.env["DBT_LOG_PATH"], found.env["MINE"]) == ("there", "1")
    assert found.grace == GRACE


@pytest.mark.parametrize(
    ("chosen", "told"),
    [("JSON", "json"), ("TEXT", "text"), ("DEBUG", "debug"), ("NONE", "default")],
)
def test_the_format_of_the_log_is_a_choice(chosen: str, told: str) -> None:
    found = program(DbtCLI, commands="dbt build", logFormat=chosen)

    assert found.env["DBT_LOG_FORMAT"] == told


def test_the_environment_is_locked_unless_the_task_brings_its_own() -> None:
    locked = program(DbtCLI, commands="dbt build")
    named = program(DbtCLI, commands="dbt build", dependencies=["dbt-snowflake==1.10.0"])
    whole = program(DbtCLI, commands="dbt build", dependencies=["dbt-core==1.10.1", "dbt-duckdb"])
    own = program(DbtCLI, commands="dbt build", dbtPath="/opt/dbt/bin/dbt")

    assert "dbt-core==1.11" in (locked.lock or "") and "--hash=sha256:" in (locked.lock or "")
    assert (named.lock, named.dependencies) == (
        None,
        ("dbt-snowflake==1.10.0", "dbt-core>=1.11,<1.12"),
    )
    assert whole.dependencies == ("dbt-core==1.10.1", "dbt-duckdb")
    assert (own.lock, own.dependencies) == (None, ())
    assert options(own)["dbt_path"] == "/opt/dbt/bin/dbt"


def test_options_in_the_commands_say_where_project_profile_and_target_are() -> None:
    command = "dbt run --project-dir=shop --profiles-dir 'conf' --target prod"

    found = program(DbtCLI, commands=["dbt deps", command])

    assert {
        "project_dir": "shop",
        "profiles_dir": "conf",
        "target": "prod",
    }.items() <= options(found).items()
    assert found.results["manifest.json"] == "shop/target/manifest.json"
    assert found.results["target/run_results.json"] == "shop/target/run_results.json"


def test_a_profile_is_text_or_a_map() -> None:
    text = program(DbtCLI, commands="dbt build", profiles="shop: {}")
    given = program(Build, profiles={"shop": {"target": "dev"}})

    assert text.files == {"profiles.yml": "shop: {}"}
    assert json.loads(given.files["profiles.yml"]) == {"shop": {"target": "dev"}}


def test_verbs_write_their_command() -> None:
    found = program(
        Build,
        select=["tag:daily", "a b"],
        exclude=["it's"],
        thread=4,
        fullRefresh=True,
        target="prod",
        selector="nightly",
        debug=True,
        failFast=True,
        warnError=True,
    )

    (line,) = found.commands
    assert line == (
        "dbt --debug --fail-fast --warn-error build --threads 4 --full-refresh --target prod"
        " --selector nightly --select tag:daily a b --exclude 'it'\"'\"'s'"
    )
    assert program(Freshness).commands == ("dbt source freshness",)
    assert program(Deps).commands == ("dbt deps",)
    assert program(Compile, target="x").commands == ("dbt compile --target x",)
    assert options(program(Compile, target="x"))["target"] == "x"


def test_a_manifest_goes_to_the_store_and_comes_from_there() -> None:
    place = {"key": "m", "namespace": "company"}

    found = program(
        DbtCLI, commands="dbt build", projectDir="shop/", storeManifest=place, loadManifest=place
    )

    assert [(pair.path, pair.key, pair.namespace) for pair in (*found.loads, *found.stores)] == [
        ("shop/target/manifest.json", "m", "company")
    ] * 2


def test_an_engine_that_is_not_there_is_refused() -> None:
    with pytest.raises(TaskFailed, match="The engine FUSION is not available"):
        program(DbtCLI, commands="dbt build", engine="FUSION")


def test_setup_links_the_tools_of_its_packages_and_writes_the_profile() -> None:
    found = program(Setup, requirements=["dbt-duckdb"], profiles="shop: {}")

    assert found.dependencies == ("dbt-duckdb",)
    assert found.files == {".profile/profiles.yml": "shop: {}"}
    assert "bin" in found.commands[0]
