"""A data folder of PostgreSQL: made once, recognised later, never opened by the wrong version."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from downbeat.embedded.accounts import Account
from downbeat.embedded.binaries import Binaries
from downbeat.embedded.errors import ToolFailed
from downbeat.embedded.home import write_private

SUPERUSER = "postgres"
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
FIRST_WITH_BUILTIN_LOCALES = 17


@dataclass(frozen=True)
class Cluster:
    """A data folder in a room of the account that owns it."""

    room: Path
    account: Account
    folder: str = "data"

    @property
    def data(self) -> Path:
        """The data folder itself."""
        return self.room / self.folder

    def major(self) -> int | None:
        """The major version that wrote the folder; nothing when it has not been made."""
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def is_of_another_major(self, binaries: Binaries) -> bool:
        """Whether these programs must not open the folder."""
        return self.major() not in (None, binaries.major)

    def create(self, binaries: Binaries, password: str) -> None:
        """Makes the folder: scram for everybody, UTF-8, sorting that no upgrade changes.

        It appears under its name only when it is complete; a crash leaves nothing half made.
        """
        fresh = self.room / f"{self.folder}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        passwords = self.room / ".password"
        write_private(passwords, password)
        self.account.own(passwords)
        try:
            self._initdb(binaries, fresh, passwords)
        finally:
            passwords.unlink(missing_ok=True)
        fresh.rename(self.data)

    def _initdb(self, binaries: Binaries, fresh: Path, passwords: Path) -> None:
        command = [str(binaries.program("initdb")), "-D", str(fresh), "-U", SUPERUSER]
        command += ["--auth=scram-sha-256", f"--pwfile={passwords}", "-E", "UTF8"]
        command += ["--data-checksums", "--no-instructions", *_locale(binaries)]
        done = subprocess.run(
            command,
            cwd="/",
            env=PLAIN_ENVIRONMENT,
            capture_output=True,
            text=True,
            **self.account.credentials(),
        )
        if done.returncode:
            raise ToolFailed(tool="initdb", reason=done.stderr.strip() or done.stdout.strip())


def _locale(binaries: Binaries) -> list[str]:
    if binaries.major >= FIRST_WITH_BUILTIN_LOCALES:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    return ["--locale=C"]
