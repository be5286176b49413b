"""The examples of all types, each with how it is run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from flows.spec.registry import AnyType, load_registry
from tests.integration.plugins.examples import (
    core_recipes,
    dbt_recipes,
    local_recipes,
    vendor_recipes,
)
from tests.integration.plugins.examples.recipe import PLAIN, Recipe
from tests.integration.plugins.examples.stage import Stage

REGISTRY: Final = load_registry()
OF_VENDORS: Final = {**vendor_recipes.RECIPES, **dbt_recipes.RECIPES}
RECIPES: Final = {**core_recipes.RECIPES, **local_recipes.RECIPES, **OF_VENDORS}
VENDORS: Final = ("airbyte.", "aws.", "dbt.", "gcp.", "slack.")
"""Types whose library, tool or double takes long to start: their examples run with `vendors`."""
CANNOT_RUN: Final = dbt_recipes.CANNOT_RUN
"""Examples that fail here, and why nothing can stand in for what they lack."""


@dataclass(frozen=True)
class Example:
    """One example of a type; its name is the type's, and a number from the second on."""

    name: str
    found: AnyType
    source: str

    @property
    def recipe(self) -> Recipe:
        """What it needs; the type's other examples may need the same."""
        return RECIPES.get(self.name) or RECIPES.get(self.found.type_name) or PLAIN

    def uses(self) -> set[str]:
        """The ids of the parts that are of this type."""
        return {part["id"] for part in _parts(yaml.safe_load(self.source)) if self._is(part)}

    def _is(self, part: Any) -> bool:
        return REGISTRY.find(str(part.get("type"))) is self.found and "id" in part


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
    for item in inside:
        yield from _parts(item)


def _examples() -> Iterator[Example]:
    for found in REGISTRY:
        for number, (_, source) in enumerate(found.examples, 1):
            yield Example(found.type_name + (f" {number}" if number > 1 else ""), found, source)


def run(example: Example, stage: Stage) -> None:
    """Runs an example; ``AssertionError`` unless it ends as it should and its type was at work."""
    recipe = example.recipe
    recipe.before(stage)
    flow = stage.deploy(stage.around.instead(example.source))
    try:
        shown = [stage.ended(id) for id in recipe.started(stage, flow)]
    finally:
        stage.remove(flow)
    for one in shown:
        assert one["state"]["current"] == recipe.state, stage.log(one["id"])
    runs = {run["taskId"]: run["state"]["current"] for run in shown[0].get("taskRunList", ())}
    if hasattr(example.found, "outputs_schema"):
        assert {runs.get(id) for id in example.uses()} & {recipe.state, "SUCCESS"}, runs
    recipe.after(stage, shown[0])


EXAMPLES: Final = tuple(_examples())
