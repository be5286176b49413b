"""The example's folders: an inbox to drop files into, an archive, a warehouse.

They belong to the account of task processes, in a place that it can reach, and only the example's
namespaces may touch them.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from downbeat.embedded import rooms
from downbeat.embedded.accounts import Account
from downbeat.embedded.home import Home

SOURCES = Path(__file__).parent / "examples"
NAMESPACES = "demo.*"
HOME = "DOWNBEAT_ENV_EXAMPLE_HOME"
FOLDERS = ("inbox", "archive", "warehouse")


def prepare(home: Home, account: Account) -> Path:
    """Makes the folders, or finds them."""
    room = rooms.open_room(home, account, "example")
    for name in FOLDERS:
        folder = room / name
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(0o755)
            account.own(folder)
    return room


def add_to(environment: MutableMapping[str, str], room: Path, url: str) -> None:
    """Tells the example where it is; what the operator has set stays."""
    environment.setdefault("DOWNBEAT_LOCAL_PATHS", f"{NAMESPACES}={room}")
    environment.setdefault(HOME, str(room))
    public = environment.get("DOWNBEAT_PUBLIC_URL") or url
    environment.setdefault("DOWNBEAT_ENV_PUBLIC_URL", public.rstrip("/"))
