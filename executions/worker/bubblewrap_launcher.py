"""Task processes in bubblewrap sandboxes: single-use, prepared ahead, one directory to write in.

The argument list below is the policy; a test holds it word for word. Sandboxes are started by the
light parent of the process launcher, which changes the user, keeps them under watch, and gives
them an empty environment (bubblewrap's own is readable inside the sandbox).

Sandboxes surround what users write: scripts. A task of a plug-in is the platform's code over typed
properties, and needs a large interpreter that only a fork brings at once; with a single tenant it
is a plain, confined process. With several tenants it gets a sandbox too, for a longer start.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from executions.worker import child
from executions.worker.choosing import script_python
from executions.worker.launching import Flavour, LaunchRefused, TaskProcess, Wanted, remembered
from executions.worker.nursery import Breed
from executions.worker.process_launcher import (
    Nurseries,
    ProcessLauncher,
    own_roots,
    python_of,
    rules_of,
)
from executions.worker.seccomp import write_filter
from executions.worker.settings import WorkerSettings

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_OF_ETC = (
    "ssl",
    "pki",
    "ca-certificates",
    "resolv.conf",
    "hosts",
    "nsswitch.conf",
    "localtime",
    "ld.so.cache",
    "alternatives",
    "mime.types",
)
_TMP_SIZE = 1024**3
_FILTER_FD = 4
_PRELOAD: dict[Flavour, tuple[str, ...]] = {
    Flavour.TASK: ("executions.worker.child.task",),
    Flavour.SCRIPT: (),
    Flavour.DATA: ("pandas", "pyarrow.parquet"),
}


class BubblewrapLauncher:
    """The launcher ``bubblewrap``."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._plain = ProcessLauncher(settings)
        self._many = remembered(settings.many_tenants)
        self._filter = write_filter(settings.scratch)
        self._nurseries = Nurseries(settings, self._breed)

    def take(self, wanted: Wanted) -> TaskProcess:
        """A prepared sandbox; one with folders of the host is built for the job."""
        if wanted.flavour is Flavour.TASK and not self._many():
            return self._plain.take(wanted)
        nursery = self._nurseries.of(wanted.flavour)
        if not wanted.folders:
            return nursery.take()
        return nursery.take_special(partial(self._argv, wanted.flavour, folders=wanted.folders))

    def warm(self, flavour: Flavour) -> None:
        if flavour is Flavour.TASK and not self._many():
            self._plain.warm(flavour)
        else:
            self._nurseries.of(flavour)

    def close(self) -> None:
        self._plain.close()
        self._nurseries.close()

    def _breed(self, flavour: Flavour) -> Breed:
        settings = self._settings
        inside = {**rules_of(settings), "uid": None, "gid": None, "sandboxed": True}
        inside["processes"] = settings.ceilings.processes
        config = {
            "preload": _PRELOAD[flavour],
            "roots": own_roots() if flavour is Flavour.TASK else (),
            "keep_path": flavour is Flavour.TASK,
            "rules": inside,
        }
        outside = {"uid": settings.uid, "gid": settings.task_gid}
        folders = [folder for group in settings.local_paths.values() for folder in group]
        return Breed(
            python=script_python(settings),
            reveal=(*map(os.path.realpath, folders), *_interpreters(flavour, settings)),
            rules=outside,
            config_for_child=config,
            argv_of=partial(self._argv, flavour, folders=()),
            files=(str(self._filter),) if self._filter else (),
        )

    def _argv(self, flavour: Flavour, workdir: Path, folders: Sequence[str]) -> list[str]:
        settings = self._settings
        shared = flavour is Flavour.TASK or settings.reach() == "open"
        readable = _interpreters(flavour, settings)
        if settings.environments is not None:
            readable = (*readable, str(settings.environments))
        return sandbox_argv(
            python=python_of(flavour, settings),
            workdir=workdir,
            readable=readable,
            writable=tuple(folders),
            network=shared,
            filter_fd=_FILTER_FD if self._filter else None,
        )


def sandbox_argv(
    *,
    python: Path,
    workdir: Path,
    readable: Sequence[str],
    writable: Sequence[str],
    network: bool,
    filter_fd: int | None,
) -> list[str]:
    """The command that becomes one waiting process in a sandbox."""
    words = [bwrap_path(), "--unshare-all"]
    words += ["--share-net"] if network else []
    words += ["--unshare-user", "--disable-userns", "--die-with-parent"]
    words += ["--hostname", "task", "--cap-drop", "ALL", "--clearenv"]
    for folder in _SYSTEM:
        if os.path.islink(folder):
            words += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            words += ["--ro-bind", folder, folder]
    words += ["--proc", "/proc", "--dev", "/dev"]
    words += ["--size", str(_TMP_SIZE), "--tmpfs", "/tmp", "--tmpfs", "/run"]
    for name in _OF_ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for folder in readable:
        words += ["--ro-bind-try", folder, folder]
    for folder in (str(workdir), *writable):
        words += ["--bind", folder, folder]
    words += ["--remount-ro", "/", "--chdir", str(workdir)]
    words += ["--seccomp", str(filter_fd)] if filter_fd is not None else []
    solo = Path(child.__file__).with_name("solo.py")
    return [*words, "--", str(python), "-I", "-B", str(solo)]


def bwrap_path() -> str:
    """Where bubblewrap is."""
    found = shutil.which("bwrap", path=f"{os.defpath}:/usr/local/bin:/usr/bin")
    if found is None:
        raise LaunchRefused("bubblewrap is not installed (the command 'bwrap' is not found)")
    return found


def sandbox_works(settings: WorkerSettings) -> bool:
    """Whether this machine lets the task user build a sandbox."""
    with contextlib.suppress(LaunchRefused, OSError, subprocess.SubprocessError):
        probe = [bwrap_path(), "--unshare-all", "--unshare-user", "--disable-userns"]
        probe += ["--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"]
        user = {} if settings.uid is None else {"user": settings.uid, "group": settings.uid}
        done = subprocess.run(  # type: ignore[call-overload]
            probe,
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            check=False,
            extra_groups=[] if user else None,
            **user,
        )
        return bool(done.returncode == 0)
    return False


@lru_cache(maxsize=8)
def _prefixes(python: Path) -> tuple[str, ...]:
    """The folders that an interpreter needs: its environment, its base and its search path."""
    code = "import sys; print('\\n'.join([sys.prefix, sys.base_prefix, *filter(None, sys.path)]))"
    if str(python) == sys.executable:
        found = [sys.prefix, sys.base_prefix, *filter(None, sys.path)]
    else:
        answer = subprocess.run(
            [str(python), "-I", "-c", code], capture_output=True, check=True, timeout=60, env={}
        )
        found = answer.stdout.decode().splitlines()
    folders = [folder for folder in found if os.path.isdir(folder)]
    link = os.path.dirname(os.path.realpath(python))
    return tuple(dict.fromkeys(map(os.path.abspath, [*folders, link])))


def _interpreters(flavour: Flavour, settings: WorkerSettings) -> tuple[str, ...]:
    """What must be readable in the sandbox of a flavour: its interpreter and our child package."""
    own = os.path.dirname(child.__file__)
    roots = own_roots() if flavour is Flavour.TASK else ()
    found = [*_prefixes(python_of(flavour, settings)), *roots, own]
    system = tuple(f"{folder}/" for folder in _SYSTEM)
    return tuple(folder for folder in dict.fromkeys(found) if not folder.startswith(system))
