"""Files of a script that come from the key-value store, or go there."""

from __future__ import annotations

import json
from typing import Final

from downbeat.sdk import confined
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.script import PairFile
from executions.worker.session import Session
from executions.worker.workspace import Workspace

_LARGEST: Final = 64 * 1024 * 1024


def load_pair(session: Session, space: Workspace, pair: PairFile) -> None:
    """Writes the value of a key into the folder; a key that is not there is only told."""
    try:
        value = session.channel.kv(session.work.key, pair.namespace, pair.key)
    except LookupError:
        value = None
    if value in (None, ""):
        session.book.say("WARN", f"There is no key '{pair.key}': '{pair.path}' is not made from it")
        return
    space.write_text(pair.path, value if isinstance(value, str) else json.dumps(value))


def store_pair(session: Session, pair: PairFile) -> None:
    """Stores a file of JSON as the value of a key; a file that is not there is only told."""
    try:
        with confined.open_inside(
            str(session.folder), pair.path, owner=session.settings.uid
        ) as content:
            text = content.read(_LARGEST + 1)
    except FileNotFoundError:
        session.book.say("WARN", f"There is no file '{pair.path}' to be stored as '{pair.key}'")
        return
    if len(text) > _LARGEST:
        raise TaskFailed(f"'{pair.path}' is larger than {_LARGEST} bytes and cannot be stored")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise TaskFailed(f"'{pair.path}' is not JSON and cannot be stored") from None
    arguments = {"namespace": pair.namespace, "key": pair.key, "value": value}
    session.channel.request(session.work.key, "kv.set", {**arguments, "kind": "JSON"})
