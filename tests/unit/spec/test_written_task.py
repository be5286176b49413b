"""The source of a task that another task writes is judged with lines and columns of its own."""

from __future__ import annotations

import pytest

from flows.spec.registry import Registry
from flows.spec.render import RenderError
from flows.spec.written_task import written_task


def test_it_gets_the_id_of_the_task_that_wrote_it(registry: Registry) -> None:
    found = written_task("id: other\ntype: core.debug.Return\nformat: It's alive!", "own", registry)

    assert (found.id, found.type, found.format) == ("own", "core.debug.Return", "It's alive!")  # type: ignore[attr-defined]


def test_expressions_in_it_are_text(registry: Registry) -> None:
    found = written_task("type: core.debug.Return\nformat: \"{{ secret('X') }}\"", "own", registry)

    assert found.format == "{{ secret('X') }}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("type: [", "Invalid YAML"),
        ("- a\n- b", "A task is a map with a 'type' (line 1, column 1)"),
        ("format: x", "A task needs a 'type' (line 1, column 1)"),
        ("# a\ntype: core.debug.Retrn", "did you mean 'core.debug.Return'"),
        ("# a\ntype: core.debug.Retrn", "(line 2, column"),
        ("type: core.debug.Return\nformatt: x", "(line 2, column 1)"),
        ("type: core.flow.Sequential\ntasks: []", "not core.flow.Sequential (line 1, column"),
        ("type: core.flow.Subflow\nflowId: x\nnamespace: y", "not core.flow.Subflow"),
        ("type: core.templating.TemplatedTask\nspec: x", "not core.templating.TemplatedTask"),
    ],
)
def test_mistakes_have_their_place(registry: Registry, source: str, words: str) -> None:
    with pytest.raises(RenderError) as refused:
        written_task(source, "own", registry)

    assert str(refused.value).startswith("Property 'spec': the written task is not valid: ")
    assert words in str(refused.value)
