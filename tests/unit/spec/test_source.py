"""Reading YAML: what scalars mean, where things stand, and what is refused."""

from __future__ import annotations

import pytest

from flows.spec.source import numbered_documents, parse_source, split_documents
from flows.spec.yaml_reader import Limits, plain_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("on", "on"),
        ("2023-01-01", "2023-01-01"),
        ("12:30:00", "12:30:00"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("1e9999", "1e9999"),
        ("9" * 400, "9" * 400),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    assert plain_value(text) == value
    assert type(plain_value(text)) is type(value)


def test_keys_are_text_even_when_they_look_like_numbers() -> None:
    assert parse_source("1: a\ntrue: b\n").data == {"1": "a", "true": "b"}


def test_a_position_is_that_of_the_key_or_of_its_nearest_ancestor() -> None:
    document = parse_source("id: x\ntasks:\n  - id: a\n    type: b\n")

    assert document.position(("tasks", 0, "type")) == (4, 5)
    assert document.position(("tasks", 0)) == (3, 5)
    assert document.position(("tasks", 0, "message")) == (3, 5)
    assert document.position(()) == (1, 1)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml.duplicate_key", (3, 1)),
        ("a: !python/object:os.system x\n", "yaml.unknown_tag", (1, 4)),
        ("a: !!set {x}\n", "yaml.unknown_tag", (1, 4)),
        ("a: *nothing\n", "yaml.unknown_anchor", (1, 4)),
        ("a: [1, 2\n", "yaml.syntax", (2, 1)),
        ("a: b: c\n", "yaml.syntax", (1, 5)),
        ("? [a, b]\n: 1\n", "yaml.key", (1, 3)),
        ("a: 1\n---\nb: 2\n", "yaml.one_document", (2, 1)),
        ("a: 'x\x07'\n", "yaml.character", (1, 6)),
        ("<<: 3\n", "yaml.merge", (1, 1)),
        ("a: &a [*a]\n", "yaml.unknown_anchor", (1, 8)),
    ],
)
def test_what_cannot_be_read_has_a_code_and_a_place(
    text: str, code: str, place: tuple[int, int]
) -> None:
    found = parse_source(text).diagnostics

    assert [(item.code, item.line, item.column) for item in found] == [(code, *place)]


def test_merge_keys_fill_what_is_missing() -> None:
    source = "base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3\n"

    assert parse_source(source).data["more"] == {"b": 3, "a": 1}


def test_aliases_may_not_expand_beyond_the_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    found = parse_source("\n".join(lines)).diagnostics

    assert [item.code for item in found] == ["yaml.bomb"]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
@pytest.mark.timeout(30)
def test_depth_is_bounded_before_it_hurts(text: str) -> None:
    found = parse_source(text).diagnostics

    assert found
    assert found[0].code in ("yaml.too_deep", "yaml.syntax")


def test_size_and_number_of_nodes_are_bounded() -> None:
    limits = Limits(characters=1_000, nodes=50)

    assert parse_source("x" * 1_001, limits=limits).diagnostics[0].code == "yaml.too_long"
    many = parse_source("[" + "1," * 60 + "1]", limits=limits)
    assert many.diagnostics[0].code == "yaml.too_many_nodes"


def test_documents_are_split_at_their_markers_only() -> None:
    text = "# first\nid: a\nnote: x---\n---\nid: b\n--- # third\nid: c\n...\n"

    assert numbered_documents(text) == [
        (0, "# first\nid: a\nnote: x---\n"),
        (3, "\nid: b\n"),
        (5, " # third\nid: c\n"),
    ]
    assert split_documents("\n# nothing\n---\n") == []
