"""Where PostgreSQL's data and socket live, when the home itself will not do.

Two limits of the system decide. PostgreSQL's account may be unable to enter a home below somebody's
closed folder: the data then goes to a folder under `/var/lib/downbeat`. And a socket's path must be
shorter than 108 bytes: long homes get a short private folder. Both choices are random names
recorded in the home, so that a removed and recreated home never meets another one's data.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from downbeat.embedded.accounts import Account
from downbeat.embedded.errors import UnsafeFolder
from downbeat.embedded.home import Home, read_facts, write_facts

FALLBACK = Path("/var/lib/downbeat")
LONGEST_SOCKET_FOLDER = 80
RECORD = "rooms.json"


def data_room(home: Home, account: Account) -> Path:
    """The folder for data and programs; it belongs to the account and is closed to others."""
    room = _recorded(home, "data")
    if room is None or not room.is_dir():
        room = _new_room(home, account, "postgres")
        _record(home, "data", room)
    return room


def open_room(home: Home, account: Account, name: str) -> Path:
    """A folder for the account to work in, which others may look into."""
    room = _recorded(home, name)
    if room is None or not room.is_dir():
        room = _new_room(home, account, name)
        room.chmod(0o755)
        _record(home, name, room)
    return room


def readable_room(home: Home, account: Account, name: str) -> Path:
    """A folder of ours that the account may read, but not change."""
    room = open_room(home, account, name)
    os.chown(room, os.geteuid(), os.getegid())
    return room


def recorded_data_room(home: Home) -> Path | None:
    """The data room of a server that was started before."""
    return _recorded(home, "data")


def socket_room(home: Home, account: Account) -> Path:
    """A short folder for the socket that only the account (and root) can enter."""
    room = _recorded(home, "socket")
    if room is None or not room.exists():
        room = _new_socket_room(home, account)
        _record(home, "socket", room)
    _insist_private(room, account)
    return room


def remove(home: Home) -> None:
    """Removes what a home keeps elsewhere, for whoever is about to remove the home itself."""
    for name in read_facts(home.run / RECORD):
        room = _recorded(home, name)
        if room is not None and home.root not in room.parents:
            shutil.rmtree(room, ignore_errors=True)


def orphans() -> list[Path]:
    """Folders whose home is gone; nobody has their passwords any more."""
    marks = FALLBACK.glob("*/home")
    return [mark.parent for mark in marks if not Path(mark.read_text().strip()).exists()]


def release_socket(home: Home) -> None:
    """Removes the socket's folder after a clean stop; the next start makes another."""
    room = _recorded(home, "socket")
    if room is not None and room.parent != home.run:
        shutil.rmtree(room, ignore_errors=True)


def _new_room(home: Home, account: Account, name: str) -> Path:
    if not account.credentials() or account.can_pass(home.root):
        room = home.root / name
        room.mkdir(exist_ok=True)
    else:
        FALLBACK.mkdir(parents=True, exist_ok=True)
        FALLBACK.chmod(0o755)
        room = Path(tempfile.mkdtemp(dir=FALLBACK, prefix=f"{name}-"))
        (room / "home").write_text(f"{home.root}\n", encoding="utf-8")
    account.own(room)
    room.chmod(0o700)
    return room


def _new_socket_room(home: Home, account: Account) -> Path:
    inside = home.run / "postgres"
    if not account.credentials() and len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    room = Path(tempfile.mkdtemp(dir=_short_parent(), prefix="downbeat-"))
    account.own(room)
    return room


def _short_parent() -> Path:
    """A folder with a short path; `/run` outlives the cleaners of `/tmp`."""
    candidates = [Path("/run")] if os.geteuid() == 0 else []
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.append(Path(runtime))
    for parent in candidates:
        if parent.is_dir() and os.access(parent, os.W_OK) and len(str(parent)) < 40:
            return parent
    return Path("/tmp")  # noqa: S108 - only ever the parent of a private folder


def _insist_private(room: Path, account: Account) -> None:
    facts = room.lstat()
    private = stat.S_ISDIR(facts.st_mode) and not facts.st_mode & 0o077
    if not private or facts.st_uid != account.uid:
        raise UnsafeFolder(path=room, owner=account.name)


def _recorded(home: Home, what: str) -> Path | None:
    found = read_facts(home.run / RECORD).get(what)
    return Path(found) if isinstance(found, str) else None


def _record(home: Home, what: str, room: Path) -> None:
    write_facts(home.run / RECORD, {**read_facts(home.run / RECORD), what: str(room)})
