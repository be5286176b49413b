"""The generators say everything that the code knows, in Markdown that cannot break."""

from __future__ import annotations

from pathlib import Path

import pytest

from downbeat.cli.main import COMMANDS
from downbeat.common.errors import Invalid
from downbeat.sdk.task import Task
from downbeat.sdk.trigger import Trigger
from flows.spec.flow import FlowSpec
from flows.spec.registry import load_registry
from tools.docs import commands, errors, expressions, meanings, properties, settings, types
from tools.docs.page import Page, anchor, block, cell, code, page, table
from tools.docs.references import generated, outdated, write


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {found.path: found for found in generated()}


def test_the_same_code_gives_the_same_pages(pages: dict[str, Page]) -> None:
    assert {found.path: found for found in generated()} == pages


def test_every_type_has_a_section_and_a_line_in_the_index(pages: dict[str, Page]) -> None:
    index = pages["types.md"].text

    for found in load_registry():
        group = pages[f"types/{types.group_of(found)}.md"].text
        assert f"\n## {found.type_name}\n" in group
        assert f"#{anchor(found.type_name)})" in index


def test_every_connection_stands_on_the_page_of_its_vendor(pages: dict[str, Page]) -> None:
    registry = load_registry()
    groups = {types.group_of(found) for found in registry}

    shown = {kind for group in groups for kind in types.connections_of(group, registry)}

    assert shown == set(registry.connections())
    aws = pages["types/aws.md"].text
    assert "| `secretKeyId` |" in aws
    assert "`AWS_SECRET_ACCESS_KEY` | **Secret.**" in aws
    assert "such as `http://localhost:9000`" in aws
    assert "Counterpart: `io.kestra.plugin.aws.s3.List`." in aws


def test_types_for_tests_are_not_documented(pages: dict[str, Page]) -> None:
    assert not [path for path in pages if "test" in path]


def test_every_key_that_all_tasks_triggers_and_flows_have_is_explained() -> None:
    for kind, known in ((Task, meanings.TASK), (Trigger, meanings.TRIGGER)):
        names = {field.alias or name for name, field in kind.model_fields.items()}
        assert names - {"type"} == set(known)
    assert {field.alias or name for name, field in FlowSpec.model_fields.items()} <= set(
        meanings.FLOW
    )


def test_a_property_that_is_the_same_for_all_tasks_stands_in_the_index_alone(
    pages: dict[str, Page],
) -> None:
    assert "`allowFailure`" in pages["types.md"].text
    assert "`allowFailure`" not in pages["types/core.log.md"].text


def test_every_command_has_a_section() -> None:
    (text,) = (found.text for found in commands.pages())

    assert [name for name in COMMANDS if f"\n## downbeat {name}" not in text] == []


def test_an_error_is_listed_with_its_code_status_and_message() -> None:
    (text,) = (found.text for found in errors.pages())

    assert "| `idempotency.mismatch` | 409 | The key {key} was used" in text


def test_an_error_of_a_test_is_not_listed() -> None:
    class Passing(Invalid):
        """Only here."""

        code = "only.here"

    assert Passing not in errors.declared()


def test_every_route_says_what_it_needs_and_does(pages: dict[str, Page]) -> None:
    rows = [line for line in pages["http.md"].text.splitlines() if line.startswith("| GET")]

    assert len(rows) > 50
    for row in rows:
        needs, does = row.split(" | ")[2:4]
        assert needs not in ("", "`?`")
        assert does.strip(" |"), row


def test_settings_that_are_secret_are_named_as_such() -> None:
    (text,) = (found.text for found in settings.pages())

    assert "`DOWNBEAT_ENCRYPTION_KEY`" in text.rpartition("These hold secrets")[2]


def test_filters_with_other_names_point_at_the_one_in_use() -> None:
    (text,) = (found.text for found in expressions.pages())

    assert "The same as `base64encode`." in text


def test_writing_makes_the_folder_what_the_code_says(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("# A page of a former version\n")

    changed = write(tmp_path)

    assert "gone.md" in changed
    assert not (tmp_path / "gone.md").exists()
    assert outdated(tmp_path) == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "number", "boolean"]}, "text"),
        ({"type": "string", "format": "duration"}, "duration"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer"),
        ({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"\{[{%#]"}]}, "integer"),
        ({"type": "array", "items": {"$ref": "#/$defs/AnyTask"}}, "list of task"),
        ({"type": "array"}, "list"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map of text"),
        ({"$ref": "#/$defs/WorkerGroupRef"}, "[WorkerGroupRef](#workergroupref)"),
        ({"const": "constant", "type": "string"}, "`constant`"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_put_into_words(schema: properties.Schema, words: str) -> None:
    assert properties.kind(schema) == words


def test_cells_and_code_survive_their_own_marks() -> None:
    assert cell("a | b\nc") == "a \\| b c"
    assert code("`x`") == "`` `x` ``"
    assert block("```\nx\n```", "yaml").startswith("````yaml\n")
    assert table(("A",), [("x|y",)]).splitlines()[-1] == "| x\\|y |"
    assert page("a.md", "A", "", "text").text.endswith("\n\ntext\n")
