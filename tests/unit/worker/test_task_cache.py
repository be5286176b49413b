"""What a task's cache takes into account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.testing import made
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.settings import LogLimits
from executions.worker.task_cache import TaskCache
from executions.worker.work import AttemptKey
from flows.plugins.dbt.cli import DbtCLI
from flows.plugins.dbt.verbs import Build
from tests.support.attempts import work_of
from tests.support.memory_channel import MemoryChannel

CACHED = {"enabled": True}


@dataclass
class Store(MemoryChannel):
    """A platform whose namespace files have an address for each of their revisions."""

    revisions: dict[str, int] = field(default_factory=dict)

    def namespace_files(
        self, key: AttemptKey, namespace: str, include: Sequence[str], exclude: Sequence[str]
    ) -> Mapping[str, str]:
        return {
            name: f"downbeat:///{namespace}/_files/{name}.v{number}"
            for name, number in self.revisions.items()
        }


def digest(spec: Any, store: Store, folder: Path) -> Any:
    """What the platform is asked by."""
    store.answers["task.recall"] = None
    work = work_of(spec.type_name)
    book = Logbook(store, work.key, "task", masker=Masker([]), limits=LogLimits())
    cache = TaskCache.of(work, spec, folder, store, book)
    assert cache is not None
    assert cache.recall() is None
    return store.requests[-1][1]["digest"]


@pytest.mark.parametrize(
    "spec",
    [made(DbtCLI, commands=["dbt build"], taskCache=CACHED), made(Build, taskCache=CACHED)],
    ids=["DbtCLI", "Build"],
)
def test_a_changed_file_of_a_dbt_project_misses_the_cache(spec: Any, tmp_path: Path) -> None:
    store = Store(revisions={"dbt_project.yml": 1, "models/orders.sql": 1})
    before = digest(spec, store, tmp_path)

    again = digest(spec, store, tmp_path)
    store.revisions["models/orders.sql"] = 2
    changed = digest(spec, store, tmp_path)

    assert again == before
    assert changed != before


def test_files_that_the_project_does_not_come_from_do_not_count(tmp_path: Path) -> None:
    spec = made(DbtCLI, commands="dbt build", inputFiles={"dbt_project.yml": "name: shop"},
                taskCache=CACHED)  # fmt: skip
    store = Store(revisions={"models/orders.sql": 1})
    before = digest(spec, store, tmp_path)

    store.revisions["models/orders.sql"] = 2

    assert digest(spec, store, tmp_path) == before
