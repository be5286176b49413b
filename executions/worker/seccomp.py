"""The system calls that a sandboxed task may not make, as a filter that bubblewrap loads."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

REFUSED: Final = (
    "keyctl",
    "add_key",
    "request_key",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "mount",
    "umount2",
    "pivot_root",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "mount_setattr",
    "setns",
    "unshare",
    "kexec_load",
    "kexec_file_load",
    "open_by_handle_at",
    "name_to_handle_at",
    "init_module",
    "finit_module",
    "delete_module",
    "swapon",
    "swapoff",
    "reboot",
    "acct",
    "quotactl",
    "lookup_dcookie",
)
_CLONE_NEWUSER = 0x10000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


def write_filter(folder: Path) -> Path | None:
    """Writes the compiled filter; ``None`` where libseccomp is missing (the sandbox stays)."""
    try:
        import pyseccomp as seccomp
    except (ImportError, OSError, RuntimeError):
        return None
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        try:
            rules.add_rule(refuse, name)
        except (RuntimeError, ValueError, OSError):
            continue  # a call that this kernel's architecture does not have
    masked = seccomp.MASKED_EQ
    rules.add_rule(refuse, "clone", seccomp.Arg(0, masked, _CLONE_NEWUSER, _CLONE_NEWUSER))
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.add_rule(refuse, "ioctl", seccomp.Arg(1, masked, 0xFFFFFFFF, request))
    path = folder / f"{os.getpid()}-seccomp.bpf"
    with path.open("wb") as into:
        rules.export_bpf(into)
    path.chmod(0o644)
    return path
