"""Imports once what web, worker and scheduler all need, so that each starts as a copy of us.

Theory of operation. Three interpreters that import the same thousand modules cost three times the
processor time of a start and three times the memory. The supervisor imports them instead, and each
process begins as its fork: it starts at once, also after a kill, and shares the pages. Only modules
are imported that read no settings and start no thread, because each process has settings of its
own (what it may hold in the database depends on what it is), and a fork copies one thread only.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MODULES = (
    "asgiref.sync",
    "celery",
    "celery.app.base",
    "celery.concurrency.thread",
    "celery.worker.worker",
    "click",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "cryptography.x509",
    "django",
    "django.core.handlers.wsgi",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.models",
    "django.urls",
    "downbeat.sdk.task",
    "executions.worker.work",
    "fido2.server",
    "flows.spec",
    "httptools",
    "httpx",
    "kombu.messaging",
    "orjson",
    "psycopg",
    "psycopg_pool",
    "pydantic",
    "regex",
    "requests",
    "uvicorn",
    "websockets",
    "yaml",
)
PURE_PACKAGES = ("flows.spec", "flows.plugins", "executions.engine", "downbeat.sdk")
LEFT_OUT = frozenset({"flows.plugins.aws.guard"})
"""Modules that load a vendor's library at once: only tasks import them."""
COMMAND_OF_HTTPX = "httpx._main"
"""Loads a library for coloured terminals; httpx does without it where that is not installed."""


def warm() -> bool:
    """Imports everything; whether processes may now begin as forks of this one."""
    if sys.platform != "linux":
        return False  # elsewhere system libraries do not survive a fork
    with _absent(COMMAND_OF_HTTPX):
        for name in (*MODULES, *_submodules()):
            # A module that is missing or broken is the business of the process that needs it.
            with suppress(Exception):
                importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the collector would otherwise touch, and so copy, every shared page
    return has_one_thread()


def has_one_thread() -> bool:
    """Whether a fork would copy all of this process."""
    return len(list(Path("/proc/self/task").iterdir())) == 1


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Lets imports inside the block find no such module."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # what Python documents for this
    try:
        yield
    finally:
        del sys.modules[name]


def _submodules() -> list[str]:
    """The modules of the packages that are free of side effects by contract."""
    found: list[str] = []
    for package in PURE_PACKAGES:
        with suppress(Exception):
            module = importlib.import_module(package)
            folder = Path(module.__path__[0])
            found += [_name(package, folder, file) for file in sorted(folder.rglob("*.py"))]
    return [name for name in found if name not in LEFT_OUT]


def _name(package: str, folder: Path, file: Path) -> str:
    parts = file.relative_to(folder).with_suffix("").parts
    return ".".join((package, *(part for part in parts if part != "__init__")))
