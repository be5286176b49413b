"""Inputs over HTTP: every type, every rule, as a form sends them and as a try of them shows them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

TASK = """
tasks:
  - id: show
    type: core.debug.Return
    format: "{{ inputs | json }}"
"""


def source(*inputs: dict[str, Any]) -> str:
    """A flow with these inputs; YAML is a superset of JSON."""
    head = "id: asks\nnamespace: company.data\ninputs: "
    return head + orjson.dumps(list(inputs)).decode() + TASK


def send(cast: Cast, values: dict[str, Any], action: str = "") -> Any:
    client = Client(raise_request_exception=False)
    path = f"{cast.api}/executions/company.data/asks{action}"
    headers = {"Authorization": f"Bearer {cast.alice.token}"}
    return client.post(path, values, headers=headers)


def of(type: str, **rules: Any) -> dict[str, Any]:
    return {"id": "x", "type": type, **rules}


TAKEN = [
    (of("STRING", validator="[a-z]+"), "abc", "abc"),
    (of("INT", min=3, max=5), "3", 3),
    (of("INT", min=3, max=5), "5", 5),
    (of("FLOAT", min=0.5, max=1.5), "1.5", 1.5),
    (of("BOOLEAN"), "TRUE", True),
    (of("BOOLEAN"), "false", False),
    (of("DATETIME", after="2024-01-01T00:00:00Z"), "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
    (of("DATE", before="2024-02-01"), "2024-02-01", "2024-02-01"),
    (of("TIME", after="08:00:00"), "08:00", "08:00:00"),
    (of("DURATION", max="PT1H"), "pt1h", "PT1H"),
    (of("JSON"), '{"a": [1, null]}', {"a": [1, None]}),
    (of("YAML"), "a: [1, two]\n", {"a": [1, "two"]}),
    (of("URI"), "https://example.org/x?y=1", "https://example.org/x?y=1"),
    (of("EMAIL"), "ada@example.org", "ada@example.org"),
    (of("ENUM", values=["A", "B"]), "B", "B"),
    (of("SELECT", values=["A", "B"]), "A", "A"),
    (of("SELECT", values=["A"], allowCustomValue=True), "C", "C"),
    (of("SELECT", expression="{{ ['p', 'q'] }}"), "q", "q"),
    (of("MULTISELECT", values=["A", "B"]), '["A", "B"]', ["A", "B"]),
    (of("MULTISELECT", values=["1", "2"], itemType="INT"), '["2"]', [2]),
    (of("ARRAY", itemType="INT"), "[1, 2]", [1, 2]),
    (of("ARRAY", itemType="DATE"), '["2024-01-01"]', ["2024-01-01"]),
    (of("STRING", required=False), None, None),
    (of("INT", defaults=7), None, 7),
    (of("STRING", defaults="{{ flow.id }}!"), None, "asks!"),
    (of("SELECT", values=["A", "B"], autoSelectFirst=True), None, "A"),
]
REFUSED = [
    (of("STRING", validator="[a-z]+"), "abc1", "pattern"),
    (of("INT", min=3), "2", "at least `3`"),
    (of("INT"), "1.5", "integer"),
    (of("FLOAT", max=1.5), "1.6", "at most `1.5`"),
    (of("BOOLEAN"), "yes", "true or false"),
    (of("DATETIME"), "yesterday", "instant"),
    (of("DATE", before="2024-02-01"), "2024-02-02", "2024-02-01"),
    (of("TIME", after="08:00:00"), "07:59", "08:00:00"),
    (of("DURATION", max="PT1H"), "PT61M", "PT1H"),
    (of("JSON"), "{a", "JSON"),
    (of("YAML"), "a: [", "YAML"),
    (of("URI"), "no uri", "URI"),
    (of("EMAIL"), "ada@", "email"),
    (of("ENUM", values=["A"]), "C", "`A`"),
    (of("SELECT", values=["A"], required=False), "C", "`A`"),
    (of("MULTISELECT", values=["A"]), '["A", "C"]', "`A`"),
    (of("ARRAY", itemType="INT"), '["one"]', "INT"),
    (of("FILE"), "/etc/passwd", "internal storage"),
    (of("SECRET", validator="[0-9]+"), "hush-hush", "pattern"),
    (of("STRING"), None, "missing required input"),
    (of("FILE"), None, "missing required input"),
]


@pytest.mark.parametrize(("definition", "sent", "value"), TAKEN)
def test_a_form_s_text_becomes_a_typed_value(
    stage: Stage, cast: Cast, definition: dict[str, Any], sent: str | None, value: object
) -> None:
    stage.deploy(source(definition))
    form = {} if sent is None else {"x": sent}

    answer, tried = send(cast, form), send(cast, form, "/validate").json()

    assert answer.status_code == 200, answer.content
    assert answer.json()["inputs"] == {"x": value}
    (state,) = tried["inputs"]
    assert (state["enabled"], state["errors"]) == (True, [])
    assert state.get("value") == value
    assert state["isDefault"] is (sent is None and value is not None)


@pytest.mark.parametrize(("definition", "sent", "reason"), REFUSED)
def test_a_wrong_value_is_refused_with_its_name_and_the_reason(
    stage: Stage, cast: Cast, definition: dict[str, Any], sent: str | None, reason: str
) -> None:
    stage.deploy(source(definition))
    form = {} if sent is None else {"x": sent}

    answer, tried = send(cast, form), send(cast, form, "/validate").json()

    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "inputs.invalid")
    assert told["detail"].startswith("Invalid input for `x`, ")
    assert reason in told["detail"]
    assert [error["path"] for error in told["errors"]] == ["x"]
    assert [error["message"] for error in tried["inputs"][0]["errors"]] == [told["detail"]]
    assert stage.rows("select count(*) from execution") == [(0,)]


def test_every_wrong_input_is_named_at_once(stage: Stage, cast: Cast) -> None:
    stage.deploy(source(of("INT") | {"id": "a"}, of("DATE") | {"id": "b"}, of("STRING")))

    told = send(cast, {"a": "x", "b": "y"}).json()

    assert [error["path"] for error in told["errors"]] == ["a", "b", "x"]


def test_a_file_is_stored_and_its_name_is_no_path(stage: Stage, cast: Cast) -> None:
    stage.deploy(source(of("FILE")))

    answer = send(cast, {"x": SimpleUploadedFile("../../a b.csv", b"1,2")})

    told = answer.json()
    uri = told["inputs"]["x"]
    assert uri.startswith("downbeat:///company/data/asks/executions/")
    assert uri.endswith("/inputs/x/a%20b.csv")
    read = cast.alice.get(f"{cast.api}/executions/{told['id']}/file?path={uri}")
    assert b"".join(read.streaming_content) if read.streaming else read.content == b"1,2"


def test_a_secret_is_sealed_and_never_told(stage: Stage, cast: Cast) -> None:
    stage.deploy(
        source(of("SECRET", validator="[a-z-]+"), of("SECRET", defaults="deflt") | {"id": "d"})
    )

    answer, tried = send(cast, {"x": "hush-hush"}), send(cast, {"x": "hush-hush"}, "/validate")
    refused = send(cast, {"x": "HUSH-1"})

    id = answer.json()["id"]
    stored = stage.execution(UUID(id)).inputs
    assert stored["x"].startswith("v2.")
    assert refused.status_code == 422
    for told in (answer, tried, refused):
        assert not any(word in told.content for word in (b"hush-hush", b"HUSH-1"))


def test_without_a_key_a_secret_is_refused(stage: Stage, cast: Cast) -> None:
    stage.deploy(source(of("SECRET")))
    with override_settings(ENCRYPTION_KEYS=()):
        answer = send(cast, {"x": "hush"})

    assert answer.status_code == 422, answer.content
    assert "DOWNBEAT_ENCRYPTION_KEY" in answer.json()["detail"]
    assert stage.rows("select count(*) from execution") == [(0,)]


DEPENDENT = (
    of("BOOLEAN") | {"id": "more"},
    of("STRING") | {
        "id": "db.name",
        "dependsOn": {"inputs": ["more"], "condition": "{{ inputs.more }}"},
    },
    of("INT") | {"id": "db.port", "dependsOn": {"inputs": ["db.name"]}, "defaults": 5432},
    of("STRING") | {"id": "never", "dependsOn": {"condition": "{{ no.such }}"}},
)  # fmt: skip


def test_an_input_that_is_not_asked_for_is_dropped_with_all_that_depend_on_it(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(source(*DEPENDENT))

    on = send(cast, {"more": "true", "db.name": "sales"}).json()["inputs"]
    off = send(cast, {"more": "false", "db.name": "sales", "db.port": "x"}).json()["inputs"]
    tried = send(cast, {"more": "false"}, "/validate").json()["inputs"]
    missing = send(cast, {"more": "true"})

    assert on == {"more": True, "db": {"name": "sales", "port": 5432}}
    assert off == {"more": False}
    assert [state["enabled"] for state in tried] == [True, False, False, False]
    assert (missing.status_code, missing.json()["errors"][0]["path"]) == (422, "db.name")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ([of("ARRAY", itemType="ARRAY")], None),
        ([of("ARRAY")], None),
        ([of("FILE", defaults="x")], "input.file_defaults"),
        ([of("SELECT")], "input.no_values"),
        ([of("STRING", dependsOn={"inputs": ["y"]})], "input.unknown_dependency"),
        ([of("STRING", dependsOn={"inputs": ["x"]})], "input.cycle"),
        ([of("STRING", validator="(")], "property.pattern"),
        ([of("STRING"), of("INT")], None),
    ],
)
def test_definitions_that_cannot_be_met_are_refused(
    cast: Cast, inputs: list[dict[str, Any]], code: str | None
) -> None:
    answer = cast.alice.post(f"{cast.api}/flows", source(*inputs), type="application/x-yaml")

    assert answer.status_code == 422
    assert code is None or code in [error["code"] for error in answer.json()["errors"]]
    assert all(error["line"] for error in answer.json()["errors"])
