"""Valid sources and templates that were cut, doubled and mixed: what remains is answered too."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import seeds, targets

EXAMPLES: Final = sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))
SOURCES: Final = [path.read_text(encoding="utf-8") for path in EXAMPLES]
HURTING: Final = [text for text in seeds.YAML if len(text) < 200]
TEMPLATES: Final = [text for text in seeds.EXPRESSIONS if len(text) < 200]
MORSELS: Final = [*"\n\t :-#'\"|>&*!%@`{}[],?~\\\0\ufeff\u2028\x85", "<<: ", "&a ", "*a", "- ", "---\n",
                  "{{", "}}", "{%", "%}", "{#", "#}", "#{", "null", "1e9", "| ", "is ", ".", "??"]  # fmt: skip


def changed(text: str, others: list[str], random: Random) -> str:
    """A text with a few changes: cut, doubled, moved, mixed with another."""
    for _ in range(random.randint(1, 6)):
        a, b = sorted(random.randint(0, len(text)) for _ in range(2))
        b = min(b, a + random.choice((1, 5, 40)))
        other = random.choice(others)
        start = random.randint(0, len(other))
        match random.randrange(5):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                text = text[:b] + text[a:b] * random.choice((1, 3, 50)) + text[b:]
            case 2:
                text = text[:a] + random.choice(MORSELS) + text[a:]
            case 3:
                text = text[:a] + other[start : start + random.choice((3, 30, 300))] + text[b:]
            case _:
                text = text[:a] + random.choice(MORSELS) + text[b:]
    return text


@given(st.sampled_from(SOURCES), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_a_changed_source_is_answered(source: str, random: Random) -> None:
    text = changed(source, [*SOURCES, *HURTING, *TEMPLATES], random)

    targets.data(text)
    targets.flow(text)
    targets.flows(text)


@given(st.sampled_from(TEMPLATES), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_a_changed_template_is_answered(template: str, random: Random) -> None:
    targets.expression(changed(template, TEMPLATES, random))
