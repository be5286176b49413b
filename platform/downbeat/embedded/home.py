"""The folder that holds an embedded instance: what lies where, and who may read it.

The home is closed to others. Started as root it is passable (0711), so that PostgreSQL's own
account can reach its data folder inside, but each folder in it stays closed.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

DEFAULT = ".downbeat"


@dataclass(frozen=True)
class Home:
    """Names of the folders and files of one embedded instance."""

    root: Path

    @classmethod
    def chosen(cls) -> Home:
        """The home that DOWNBEAT_HOME names, or `.downbeat` in the current folder."""
        return cls(Path(os.environ.get("DOWNBEAT_HOME") or DEFAULT).absolute())

    @property
    def run(self) -> Path:
        """Facts about the running instance: addresses, process ids, locks."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """What each process prints."""
        return self.root / "logs"

    @property
    def storage(self) -> Path:
        """Internal storage: files of executions and namespaces."""
        return self.root / "storage"

    @property
    def database_facts(self) -> Path:
        """How to reach the database, for the settings."""
        return self.run / "database.json"

    def secret(self, name: str) -> Path:
        """Where the secret of that name lies."""
        return self.root / "secrets" / name

    def prepare(self) -> None:
        """Makes the folders; one that exists keeps the mode that somebody chose for it."""
        passable = 0o711 if os.geteuid() == 0 else 0o700
        _make(self.root, passable)
        for folder in (self.run, self.logs, self.storage, self.root / "secrets"):
            _make(folder, 0o700)

    def ensure_secret(self, name: str) -> Path:
        """Makes a random secret once; later starts find the same one."""
        path = self.secret(name)
        if not path.exists():
            write_private(path, secrets.token_urlsafe(36))
        return path

    def read_secret(self, name: str) -> str:
        """The secret's text."""
        return self.secret(name).read_text(encoding="utf-8").strip()


def _make(folder: Path, mode: int) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=mode)
        folder.chmod(mode)  # mkdir's mode is cut by the umask


def write_private(path: Path, text: str) -> None:
    """Replaces a file in one step; nobody else can read it at any moment."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_facts(path: Path, facts: object) -> None:
    """Writes facts as private JSON."""
    write_private(path, json.dumps(facts, indent=2) + "\n")


def read_facts(path: Path) -> dict[str, object]:
    """Facts written earlier; empty when there are none or a crash left them unreadable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
