"""What an execution leaves behind, and how it goes: files first or last, but never half a row."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from downbeat.common import storage

log = logging.getLogger(__name__)

PARTS: Final = ("attempt", "task_run", "output", "log_line", "metric", "journal", "inbox", "timer")
"""Tables with rows of an execution, those that others point at after those that point."""


def remove_files(tenant_id: UUID, folder: str) -> bool:
    """Removes a folder with all that is in it; False if storage did not let it happen.

    Storage may be another machine, and its errors are of many kinds: none of them may undo or
    stop what else is removed.
    """
    try:
        storage.storage_for(tenant_id).delete_prefix(folder)
    except Exception as problem:
        log.warning("files below %s could not be removed: %s", folder, problem)
        return False
    return True
