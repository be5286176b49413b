"""Files of the host: folders that the operator allows a namespace to touch."""

from __future__ import annotations

from flows.plugins.fs_local.tasks import Copy, Delete, List, Move
from flows.plugins.fs_local.transfers import Download, Downloads, Upload, Uploads
from flows.plugins.fs_local.trigger import Trigger

PLUGINS: tuple[type, ...] = (
    Copy,
    Delete,
    Download,
    Downloads,
    List,
    Move,
    Trigger,
    Upload,
    Uploads,
)
