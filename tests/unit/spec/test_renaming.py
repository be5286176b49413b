"""Sources name another namespace where they named one, and are otherwise as they were."""

from __future__ import annotations

import pytest

from flows.spec.renaming import OWN, namings, renamed, replaced_in
from flows.spec.source import parse_source

MOVES = {"team": "crew", "team.numbers": "crew.numbers"}


def source_of(text: str, own: str = "team", moves: dict[str, str] = MOVES) -> str:
    found = renamed(text, own, moves)
    assert found is not None
    assert found.put[OWN] == moves[own]
    return found.source


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("id: x\nnamespace: team\n", "id: x\nnamespace: crew\n"),
        ("id: x\nnamespace:   team   # mine\n", "id: x\nnamespace:   crew   # mine\n"),
        ("id: x\r\nnamespace: 'team'\r\n", "id: x\r\nnamespace: 'crew'\r\n"),
        ('namespace: "team"\nid: x', 'namespace: "crew"\nid: x'),
        ('{"id": "x", "namespace": "team"}', '{"id": "x", "namespace": "crew"}'),
        ("{id: team, namespace: team}", "{id: team, namespace: crew}"),
        ('"namespace" : team\nid: x\n', '"namespace" : crew\nid: x\n'),
        ("id: x\nnamespace: &a !!str team\n", "id: x\nnamespace: &a !!str crew\n"),
        ("id: &n team\nnamespace: *n\n", "id: &n team\nnamespace: crew\n"),
        ("id: x\nnamespace: >-\n  team\ntasks: []\n", "id: x\nnamespace: crew\ntasks: []\n"),
        ("# ü namespace: team\nid: é\nnamespace: team\n", "# ü namespace: team\nid: é\nnamespace: crew\n"),
        (
            "description: |\n  namespace: team\nnamespace: team\n",
            "description: |\n  namespace: team\nnamespace: crew\n",
        ),
    ],
)  # fmt: skip
def test_the_own_namespace_is_replaced_where_it_stands(before: str, after: str) -> None:
    assert source_of(before) == after


@pytest.mark.parametrize("name", ["true", "null", "12", "1.5", "0x1f"])
def test_a_name_that_yaml_would_not_read_as_text_is_quoted(name: str) -> None:
    text = source_of("id: x\nnamespace: team # mine\n", moves={"team": name})

    assert parse_source(text).data == {"id": "x", "namespace": name}
    assert text.endswith(" # mine\n")


def test_names_of_others_that_move_along_are_replaced_and_words_like_them_are_not() -> None:
    text = """id: team
namespace: team
labels: {team: team, owner: team.numbers}
tasks:
  - {id: sub, type: core.flow.Subflow, namespace: team.numbers, flowId: team} # team.numbers
triggers:
  - id: heard
    conditions:
      - {field: NAMESPACE, type: IN, values: [team, other]}
      - {field: NAMESPACE, type: EQUAL_TO, value: "team"}
"""

    assert source_of(text) == """id: team
namespace: crew
labels: {team: team, owner: team.numbers}
tasks:
  - {id: sub, type: core.flow.Subflow, namespace: crew.numbers, flowId: team} # team.numbers
triggers:
  - id: heard
    conditions:
      - {field: NAMESPACE, type: IN, values: [crew, other]}
      - {field: NAMESPACE, type: EQUAL_TO, value: "crew"}
"""  # fmt: skip


def test_what_stands_in_an_expression_or_address_is_told_and_left() -> None:
    text = """id: x
namespace: team
tasks:
  - id: say
    message: "{{ kv('a', namespace='team.numbers') }} of team"
    from: kestra:///team/numbers/flow/executions/1/a.txt
"""

    found = renamed(text, "team", MOVES)

    assert found is not None
    assert [(one.line, one.namespace) for one in found.left] == [
        (5, "team.numbers"),
        (6, "team.numbers"),
    ]
    assert found.source == text.replace("namespace: team\n", "namespace: crew\n")


def test_other_flows_are_only_asked_where_they_name_it() -> None:
    text = "id: x\nnamespace: other\ntasks:\n  - {id: a, namespace: team, message: team}\n"

    found = list(namings(parse_source(text), MOVES))

    assert [(one.line, one.column, one.whole) for one in found] == [(4, 13, True)]


def test_a_source_of_another_namespace_is_not_rewritten() -> None:
    assert renamed("id: x\nnamespace: other\n", "team", MOVES) is None


def test_a_source_that_nobody_can_read_stays() -> None:
    found = renamed("namespace: [team\nnamespace: team", "team", MOVES)

    assert found is not None
    assert (found.source, dict(found.put)) == ("namespace: [team\nnamespace: team", {})


def test_data_gets_texts_at_places_and_is_not_changed_itself() -> None:
    data = {"a": [{"b": "old"}, "c"], "d": "e"}

    assert replaced_in(data, {("a", 0, "b"): "new"}) == {"a": [{"b": "new"}, "c"], "d": "e"}
    assert data["a"] == [{"b": "old"}, "c"]
