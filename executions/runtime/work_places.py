"""Where running work belongs: namespace, flow and folder of storage, known without asking."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from executions.runtime.folders import folder_of, folder_of_flow
from executions.worker.work import AttemptKey, Work


@dataclass(frozen=True, slots=True)
class Place:
    """The surroundings of one attempt or poll."""

    namespace: str
    flow_id: str
    task_id: str
    poll: bool

    @property
    def cache(self) -> str:
        """The folder of internal storage for what the flow's directories keep."""
        return f"{folder_of_flow(self.namespace, self.flow_id)}/cache"

    def folder(self, key: AttemptKey) -> str:
        """The folder of internal storage that belongs to this lease alone."""
        if self.poll:
            flow = folder_of_flow(self.namespace, self.flow_id)
            return f"{flow}/triggers/{self.task_id}/{key.task_run_id}/{key.epoch}"
        own = folder_of(self.namespace, self.flow_id, key.execution_id)
        return f"{own}/tasks/{self.task_id}/{key.task_run_id}/{key.number}-{key.epoch}"


@dataclass(frozen=True, slots=True)
class Held:
    """Work under a lease, with its surroundings."""

    key: AttemptKey
    place: Place

    @property
    def folder(self) -> str:
        """The folder of internal storage that belongs to this lease alone."""
        return self.place.folder(self.key)


class WorkPlaces:
    """The places of the work that this worker runs now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[AttemptKey, Place] = {}

    def enter(self, work: Work) -> None:
        """Remembers where the work belongs while it runs."""
        place = Place(
            namespace=work.info.namespace,
            flow_id=work.info.flow_id,
            task_id=work.info.task_id,
            poll=work.kind == "poll",
        )
        with self._lock:
            self._places[work.key] = place

    def leave(self, work: Work) -> None:
        """Forgets it."""
        with self._lock:
            self._places.pop(work.key, None)

    def of(self, key: AttemptKey) -> Place | None:
        """The place of work that runs here under that lease."""
        with self._lock:
            return self._places.get(key)
