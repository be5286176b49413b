"""Reads namespace files."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from flows.contracts import FileRef
from flows.models import NamespaceFile

LONGEST_PATH = 1024


def normal_path(path: str) -> str | None:
    """A path as it is stored (``/a/b``), or ``None`` if it would leave the namespace."""
    if not path or len(path) > LONGEST_PATH or "\\" in path or "\0" in path:
        return None
    if not path.isprintable():
        return None
    parts = [part for part in path.split("/") if part]
    if any(part in (".", "..") for part in parts):
        return None
    return "/" + "/".join(parts)


def file(namespace: str, path: str, revision: int | None = None) -> FileRef | None:
    """A file or folder as it is now, or a numbered revision of it."""
    name = normal_path(path)
    if name is None:
        return None
    if name == "/":
        return None
    rows = NamespaceFile.objects.filter(namespace=namespace, path=name)
    found = rows.filter(revision=revision) if revision else rows.filter(current=True)
    row = found.first()
    return reference(row) if row else None


def revisions(namespace: str, path: str) -> list[FileRef]:
    """Every revision of a file, oldest first."""
    rows = NamespaceFile.objects.filter(namespace=namespace, path=normal_path(path) or "")
    return [reference(row) for row in rows.order_by("revision")]


def folder(namespace: str, path: str) -> list[FileRef]:
    """What lies directly in a folder, folders first."""
    prefix = (normal_path(path or "/") or "/").rstrip("/") + "/"
    rows = NamespaceFile.objects.filter(
        namespace=namespace, current=True, path__startswith=prefix
    ).exclude(path__contains="\n")
    inside = [row for row in rows if "/" not in row.path[len(prefix) :]]
    return [reference(row) for row in sorted(inside, key=lambda row: (not row.directory, row.path))]


def search(namespace: str, text: str = "") -> list[FileRef]:
    """Files whose path contains a text (all, without one)."""
    rows = NamespaceFile.objects.filter(
        namespace=namespace, current=True, directory=False, path__icontains=text
    )
    return [reference(row) for row in rows.order_by("path")]


def matching(
    namespace: str, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[FileRef]:
    """Files that match one of ``include`` (all, if empty) and none of ``exclude`` (globs)."""
    return [
        found
        for found in search(namespace)
        if (not include or _matches(found.path, include)) and not _matches(found.path, exclude)
    ]


def _matches(path: str, globs: Sequence[str]) -> bool:
    return any(_match(path, glob) for glob in globs)


def _match(path: str, glob: str) -> bool:
    wanted = "/" + glob.lstrip("/")
    return fnmatchcase(path, wanted) or fnmatchcase(path, wanted.replace("**/", ""))


def namespaces_with_files() -> list[str]:
    """Every namespace that has, or had, a file."""
    rows = NamespaceFile.objects.order_by("namespace")
    return list(rows.values_list("namespace", flat=True).distinct())


def reference(row: NamespaceFile) -> FileRef:
    """A row as readers see it."""
    return FileRef(
        path=row.path,
        uri=row.uri,
        size=row.size,
        revision=row.revision,
        directory=row.directory,
        created_at=row.created_at,
    )
