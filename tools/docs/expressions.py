"""The page of the expression language: its tags, filters, functions and tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flows.spec.expressions import ErrorCode, catalogue
from flows.spec.expressions.catalogue import Entry
from tools.docs.page import Page, code, page, table

_INTRO: Final = """
`{{ … }}` prints a value, `{% … %}` is a tag, `{# … #}` a comment; `{{-` and `-}}` take white space
away. A property that consists of one expression keeps the type of its value. An expression reads
what the execution knows by name:

| Name | What it holds |
| --- | --- |
| `inputs`, `vars`, `outputs`, `trigger` | what was given, set, left by tasks, and told by the trigger |
| `flow`, `execution`, `namespace`, `task`, `taskrun`, `labels` | who is running |
| `tasks` | states of the task runs, by task |
| `schedule` | the dates of a schedule that started the execution |
| `parent`, `parents` | the groups around the task, the nearest first |
| `globals`, `envs` | what the operator set (`DOWNBEAT_GLOBALS`, `DOWNBEAT_ENV_*`) |

A name that does not exist is an error that says which ones do; `??` and the filter `default` give
another value instead. `render(x)` renders a text that is itself a template. Evaluating is bounded
in steps, size and time.
"""


def pages() -> Iterator[Page]:
    """One page."""
    words = catalogue()
    codes = ", ".join(code(name) for name in sorted(ErrorCode))
    yield page(
        "expressions.md",
        "Expressions",
        _INTRO,
        "## Tags",
        _table(words.tags),
        "## Filters",
        "Written behind a bar: `{{ inputs.name | upper }}`.",
        _table(words.filters),
        "## Functions",
        _table(words.functions),
        "## Tests",
        "Written behind `is` or `is not`: `{{ inputs.name is empty }}`.",
        _table(words.tests),
        "## Errors",
        f"An error names its line, its column and one of these codes: {codes}.",
    )


def _table(entries: Iterable[Entry]) -> str:
    rows = [(code(entry.signature), _meaning(entry)) for entry in entries]
    return table(("Written", "What it does"), rows)


def _meaning(entry: Entry) -> str:
    return f"The same as {code(entry.alias_of)}." if entry.alias_of else entry.doc
