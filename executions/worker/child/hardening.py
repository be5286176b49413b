"""What a task process gives up before it sees user code: rights, descriptors, other people's files.

Everything here works without privileges, except the change of user and ``reveal``, which a worker
started as root needs so that its tasks do not run as root.
"""

from __future__ import annotations

import os
import resource
import signal
import stat
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18

LINUX = sys.platform.startswith("linux")
TYPE_CHECKING = False  # importing ``typing`` would cost each sandbox some milliseconds
if TYPE_CHECKING:
    from typing import Any


class Confinement:
    """The user and the ceilings of task processes; ``None`` leaves a thing as it is.

    ``sandboxed``: the process is in a process namespace that ends with its parent, and its sandbox
    has forbidden it already to gain rights.
    """

    def __init__(
        self,
        *,
        uid: int | None = None,
        gid: int | None = None,
        memory: int | None = None,
        processes: int | None = None,
        open_files: int | None = 4096,
        file_size: int | None = None,
        cpu_seconds: int | None = None,
        sandboxed: bool = False,
    ) -> None:
        self.uid, self.gid = uid, uid if gid is None else gid
        self.memory, self.processes = memory, processes
        self.open_files, self.file_size = open_files, file_size
        self.cpu_seconds = cpu_seconds
        self.sandboxed = sandboxed


def _prctl(option: int, value: int) -> None:
    if LINUX:
        _libc().prctl(option, value, 0, 0, 0)


def _libc() -> Any:
    """The C library; a sandbox does without it, and should not pay for ``ctypes``."""
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def become_subreaper() -> None:
    """Orphans of this process's descendants become its own children, so none can slip away."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """The kernel kills this process when its parent ends, whatever ended it."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def hide_from_equals() -> None:
    """Processes of the same user can no longer read this one's memory and environment."""
    _prctl(_PR_SET_DUMPABLE, 0)


def confine(rules: Confinement) -> None:
    """Applies the ceilings, then the change of user, then forbids to gain anything back."""
    _volunteer_for_the_oom_killer()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, rules.memory)
    _limit(resource.RLIMIT_NOFILE, rules.open_files)
    _limit(resource.RLIMIT_FSIZE, rules.file_size)
    _limit(resource.RLIMIT_CPU, rules.cpu_seconds)
    _limit(resource.RLIMIT_NPROC, rules.processes)
    if rules.uid is not None:
        gid = -1 if rules.gid is None else rules.gid
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(rules.uid, rules.uid, rules.uid)
    os.umask(0o077)
    if not rules.sandboxed:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        die_with_parent()  # the change of user cleared it


def _limit(kind: int, ceiling: int | None) -> None:
    if ceiling is None:
        return
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        ceiling = min(ceiling, hard)
    resource.setrlimit(kind, (ceiling, ceiling))


def _volunteer_for_the_oom_killer() -> None:
    """When memory runs out the kernel takes a task, never the worker or the database."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("800")
    except OSError:
        pass


def reveal(paths: list[str], rules: Confinement) -> None:
    """Makes ``paths`` reachable for the task user although a folder above them is private.

    In a mount namespace of this process the private folder is replaced by an empty one that holds
    nothing but these paths, so the rest of it is out of reach even by name. Needs root; raises
    ``PermissionError`` where the kernel refuses.
    """
    if rules.uid is None:
        return
    blocked: dict[str, list[str]] = {}
    for path in sorted(set(map(os.path.realpath, paths))):
        wall = _wall_above(path, rules)
        if wall is not None and os.path.isdir(path):
            blocked.setdefault(wall, []).append(path)
    if not blocked:
        return
    _check(_libc().unshare(_CLONE_NEWNS))
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    for wall, wanted in blocked.items():
        _replace(wall, wanted)


def _replace(wall: str, wanted: list[str]) -> None:
    handles = [(path, os.open(path, os.O_PATH)) for path in wanted]
    _mount("tmpfs", wall, "tmpfs", 0, "mode=755,size=1m")
    for path, handle in handles:
        os.makedirs(path, mode=0o755, exist_ok=True)
        _mount(f"/proc/self/fd/{handle}", path, None, _MS_BIND | _MS_REC)
        os.close(handle)


def _wall_above(path: str, rules: Confinement) -> str | None:
    """The topmost folder above a path that the task user may not pass."""
    for folder in _ancestors(os.path.dirname(path)):
        if not _may_pass(folder, rules):
            return folder
    return None


def _ancestors(path: str) -> list[str]:
    found = [path]
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        found.append(path)
    return found[::-1][1:]


def _may_pass(folder: str, rules: Confinement) -> bool:
    try:
        facts = os.stat(folder)
    except OSError:
        return True
    if facts.st_uid == rules.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == rules.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _mount(
    source: str | None,
    target: str,
    kind: str | None,
    flags: int,
    data: str | None = None,
) -> None:
    import ctypes

    encoded = [part.encode() if part is not None else None for part in (source, target, kind)]
    _check(_libc().mount(*encoded, ctypes.c_ulong(flags), data.encode() if data else None))


def _check(result: int) -> None:
    if result != 0:
        import ctypes

        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
