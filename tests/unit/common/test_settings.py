"""Settings: typed, from files, and nothing misspelt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from downbeat.bad_setting import BadSetting
from downbeat.settings import databases
from downbeat.settings.catalogue import SETTINGS, reference
from downbeat.settings.environment import database_parts, database_url, read


def test_a_misspelt_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(BadSetting, match="DOWNBEAT_DATABASE_URL"):
        read({"DOWNBEAT_DATABSE_URL": "x"})


def test_names_of_other_projects_are_left_alone() -> None:
    assert read({"DATABASE_URL": "postgresql://elsewhere"}).text("DATABASE_URL") is None


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("hidden\n")

    assert read({"DOWNBEAT_TOKEN_FILE": str(file)}).text("TOKEN") == "hidden"


def test_a_value_and_a_file_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("hidden")

    with pytest.raises(BadSetting, match="both"):
        read({"DOWNBEAT_TOKEN": "x", "DOWNBEAT_TOKEN_FILE": str(file)})


def test_a_file_that_is_not_there_stops_the_process() -> None:
    with pytest.raises(BadSetting, match="nowhere"):
        read({"DOWNBEAT_TOKEN_FILE": "/nowhere"})


def test_variables_for_flows_are_collected_by_the_rest_of_their_name() -> None:
    assert read({"DOWNBEAT_ENV_REGION": "eu"}).task_variables == {"region": "eu"}


def test_folders_are_given_by_namespace() -> None:
    text = read({"DOWNBEAT_LOCAL_PATHS": "company.*=/data:/srv;other=/tmp"})
    objects = read({"DOWNBEAT_LOCAL_PATHS": '{"company.*": ["/data", "/srv"], "other": "/tmp"}'})

    expected = {"company.*": ("/data", "/srv"), "other": ("/tmp",)}
    assert text.folders("LOCAL_PATHS") == expected
    assert objects.folders("LOCAL_PATHS") == expected


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("PORT", "many", "number"),
        ("LEASE_SECONDS", "-1", "seconds"),
        ("LEASE_SECONDS", "nan", "seconds"),
        ("DEBUG", "perhaps", "flag"),
        ("GLOBALS", "[1]", "json"),
        ("LAUNCHER", "rocket", "text"),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: str, kind: str) -> None:
    values = read({f"DOWNBEAT_{name}": value})

    with pytest.raises(BadSetting, match=name):
        getattr(values, kind)(name)


def test_every_setting_stands_in_the_reference() -> None:
    text = reference()

    assert all(f"`{item.variable}`" in text for item in SETTINGS.values())


def test_a_database_address_may_name_a_socket_folder() -> None:
    url = database_url(user="u:1", password="p@/", host="/Run/My Socket", port="54", name="d b")

    assert database_parts(url) == {
        "HOST": "/Run/My Socket",
        "PORT": "54",
        "USER": "u:1",
        "PASSWORD": "p@/",
        "NAME": "d b",
    }


def _facts(home: Path) -> None:
    (home / "run").mkdir()
    roles = {}
    for alias in ("app", "system", "owner"):
        file = home / f"{alias}-password"
        file.write_text(f"{alias}-secret\n")
        roles[alias] = {"user": f"downbeat_{alias}", "password_file": str(file)}
    facts = {"host": "/run/x", "port": 5432, "dbname": "downbeat", "roles": roles}
    (home / "run" / "database.json").write_text(json.dumps(facts))


def test_the_embedded_server_is_found_by_what_it_wrote_down(tmp_path: Path) -> None:
    _facts(tmp_path)

    found = databases.databases(read({}), tmp_path)

    assert set(found) == {"default", "system", "owner"}
    assert found["system"]["USER"] == "downbeat_system"
    assert found["system"]["PASSWORD"] == "system-secret"


def test_a_web_process_holds_no_connection_across_tenants(tmp_path: Path) -> None:
    _facts(tmp_path)

    assert set(databases.databases(read({"DOWNBEAT_PROCESS": "web"}), tmp_path)) == {"default"}
