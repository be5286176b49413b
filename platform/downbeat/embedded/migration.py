"""Whether the database already has the tables of this code, without asking Django.

Loading Django to learn that nothing is to be done costs a second or more of every start. So the
fingerprint of all migrations is kept beside the data they were applied to.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from downbeat.embedded.home import read_facts, write_facts

OURS = ("tenants", "flows", "executions")
OTHERS = ("django", "django-guardian", "channels", "djangorestframework")
STAMP = "migrated.json"


def fingerprint() -> str:
    """Changes whenever a migration of ours or a package with migrations changes."""
    digest = hashlib.sha256(sys.version.encode())
    for package in OTHERS:
        digest.update(f"{package}={_version(package)}\n".encode())
    for file in _files():
        digest.update(f"{file.parent.parent.name}/{file.name}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_applied(room: Path) -> bool:
    """Whether the data in that room has been migrated by exactly this code."""
    return read_facts(room / STAMP).get("fingerprint") == fingerprint()


def record(room: Path) -> None:
    """Remembers that this code's migrations have been applied."""
    write_facts(room / STAMP, {"fingerprint": fingerprint()})


def forget(room: Path) -> None:
    """Makes the next start migrate, after the data was replaced."""
    (room / STAMP).unlink(missing_ok=True)


def _files() -> Iterator[Path]:
    for package in OURS:
        spec = find_spec(package)
        for place in (spec.submodule_search_locations if spec else None) or ():
            yield from sorted(Path(place).glob("**/migrations/*.py"))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
