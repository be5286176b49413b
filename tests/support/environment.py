"""The environment of the tests: nothing of the developer's own instance may leak into them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

KEPT = frozenset({"DOWNBEAT_TEST_DATABASE_URL", "DOWNBEAT_E2E_URL", "DOWNBEAT_E2E_SCREENSHOTS"})
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-for-tests-that-is-long-enough-to-be-accepted"


def prepare() -> Path:
    """Settings for tests; the database is named when the first test asks for it."""
    for name in [name for name in os.environ if name.startswith("DOWNBEAT_") and name not in KEPT]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="downbeat-tests-"))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="downbeat.settings",
        # Processes that tests start take these sources, whichever copy is installed.
        PYTHONPATH=os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        DOWNBEAT_HOME=str(home),
        DOWNBEAT_ENCRYPTION_KEY=KEY,
        DOWNBEAT_DATABASE_URL=NOWHERE,
        DOWNBEAT_DATABASE_SYSTEM_URL=NOWHERE,
        DOWNBEAT_DATABASE_OWNER_URL=NOWHERE,
        DOWNBEAT_ALLOWED_HOSTS="testserver",
        DOWNBEAT_TEST_TYPES="1",
        DOWNBEAT_LEASE_SECONDS="2",
        DOWNBEAT_HEARTBEAT_SECONDS="0.5",
        DOWNBEAT_SWEEP_SECONDS="0.5",
        DOWNBEAT_POLL_SECONDS="0.2",
    )
    return home
