"""Writes namespace files: content to storage first, then the row that makes it seen."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from django.db import transaction

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from downbeat.common.storage import storage_for
from flows.contracts import Conflict, FileRef
from flows.models import NamespaceFile
from flows.selectors.files import normal_path, reference
from flows.services.errors import ArchiveRefused, FileExists, FileNotFound, PathInvalid
from tenants import facade as tenants
from tenants.contracts import NamespaceRef

ARCHIVE_ENTRIES = 10_000
ARCHIVE_BYTES = 1 << 30
ARCHIVE_RATIO = 200


@transaction.atomic
def put_file(namespace: NamespaceRef, path: str, content: BinaryIO) -> FileRef:
    """Stores a file's content as its next revision; missing folders come with it."""
    name = _checked(path)
    digest, size = _measured(content)
    _make_folders(namespace, str(PurePosixPath(name).parent))
    before = _locked(namespace, name)
    revision = _last_revision(namespace, name) + 1
    uri = f"{folder_of(namespace.path)}{name}.v{revision}-{digest[:12]}"
    storage_for(current_tenant()).put(uri, content)
    if before is not None:
        before.current = False
        before.save(update_fields=["current"])
    row = _row(namespace, name, revision, uri=uri, size=size, checksum=digest)
    tenants.tell_audit(before={name: _told(before)} if before else None, after={name: _told(row)})
    return reference(row)


def folder_of(namespace: str) -> str:
    """Below which address the files of a namespace lie."""
    return f"downbeat:///{namespace.replace('.', '/')}/_files"


def _told(row: NamespaceFile) -> dict[str, object]:
    """What the audit trail keeps of a file: enough to see that it changed, not its content."""
    return {"revision": row.revision, "size": row.size, "checksum": row.checksum}


@transaction.atomic
def put_from_storage(
    namespace: NamespaceRef, files: Mapping[str, str], *, conflict: Conflict
) -> dict[str, str]:
    """Stores copies of files of internal storage (path → URI), all of them or none.

    Returns path → URI of those stored: with ``conflict`` SKIP, files that are there stay as they
    are; with ERROR, one that is there refuses the whole.
    """
    stored: dict[str, str] = {}
    for path, uri in files.items():
        name = _checked(path)
        if conflict != "OVERWRITE" and _locked(namespace, name) is not None:
            if conflict == "ERROR":
                raise FileExists(path=name, namespace=namespace.path)
            continue
        with ExitStack() as closing:
            content = closing.enter_context(storage_for(current_tenant()).open(uri))
            if not content.seekable():
                content = _on_disk(content, closing)
            stored[name] = put_file(namespace, name, content).uri
    return stored


def _on_disk(content: BinaryIO, closing: ExitStack) -> BinaryIO:
    """A stream from afar as a file, which can be read twice."""
    whole = closing.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(content, whole, 1 << 20)
    whole.seek(0)
    return cast(BinaryIO, whole)


@transaction.atomic
def make_folder(namespace: NamespaceRef, path: str) -> None:
    """Makes a folder and those above it; one that exists is left alone."""
    _make_folders(namespace, _checked(path))


@transaction.atomic
def delete_path(namespace: NamespaceRef, path: str) -> int:
    """Takes away a file, or a folder with all in it; returns how many entries went."""
    name = _checked(path)
    rows = _subtree(namespace, name)
    if not rows:
        raise FileNotFound(path=name, namespace=namespace.path)
    tenants.tell_audit(before={row.path: _told(row) for row in rows if not row.directory})
    for row in rows:
        row.current = False
    NamespaceFile.objects.bulk_update(rows, ["current"])
    return len(rows)


@transaction.atomic
def move_path(namespace: NamespaceRef, source: str, target: str) -> int:
    """Moves a file, or a folder with all in it; an existing target file is replaced."""
    old, new = _checked(source), _checked(target)
    if new == old or new.startswith(old + "/"):
        raise PathInvalid(path=target)
    rows = _subtree(namespace, old)
    if not rows:
        raise FileNotFound(path=old, namespace=namespace.path)
    _make_folders(namespace, str(PurePosixPath(new).parent))
    tenants.tell_audit(before={"path": old}, after={"path": new})
    for row in rows:
        _move_row(namespace, row, new + row.path[len(old) :])
    return len(rows)


def import_archive(namespace: NamespaceRef, content: BinaryIO, *, below: str = "/") -> int:
    """Stores every file of a zip archive; hostile archives are refused whole."""
    with transaction.atomic():
        count = 0
        for name, data in _entries(content):
            put_file(namespace, f"{below.rstrip('/')}/{name}", io.BytesIO(data))
            count += 1
        return count


def _entries(content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(content)
    except (zipfile.BadZipFile, ValueError):
        raise ArchiveRefused(reason="it is not a zip file") from None
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > ARCHIVE_ENTRIES:
        raise ArchiveRefused(reason=f"more than {ARCHIVE_ENTRIES} entries")
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if total > ARCHIVE_BYTES or total > ARCHIVE_RATIO * max(packed, 1 << 20):
        raise ArchiveRefused(reason="it would unpack to far more than it should")
    for info in infos:
        if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise ArchiveRefused(reason=f"'{info.filename}' is not a plain file")
        with archive.open(info) as stream:
            data = stream.read(info.file_size + 1)
        if len(data) != info.file_size:
            raise ArchiveRefused(reason=f"'{info.filename}' is not as long as it says")
        yield info.filename, data


def _checked(path: str) -> str:
    name = normal_path(path)
    if name is None:
        raise PathInvalid(path=path[:200])
    return name


def _measured(content: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    return digest.hexdigest(), size


def _make_folders(namespace: NamespaceRef, path: str) -> None:
    parts = PurePosixPath(path)
    for folder in [*reversed(parts.parents), parts]:
        name = str(folder)
        if name == "/":
            continue
        found = _locked(namespace, name)
        if found is None:
            _row(namespace, name, _last_revision(namespace, name) + 1, directory=True)
        elif not found.directory:
            raise PathInvalid(path=f"{name} is a file, {path}")


def _locked(namespace: NamespaceRef, path: str) -> NamespaceFile | None:
    rows = NamespaceFile.objects.select_for_update()
    return rows.filter(namespace=namespace.path, path=path, current=True).first()


def _last_revision(namespace: NamespaceRef, path: str) -> int:
    rows = NamespaceFile.objects.filter(namespace=namespace.path, path=path)
    return rows.order_by("-revision").values_list("revision", flat=True).first() or 0


def _subtree(namespace: NamespaceRef, path: str) -> list[NamespaceFile]:
    rows = NamespaceFile.objects.select_for_update().filter(
        namespace=namespace.path, current=True, path__startswith=path
    )
    return [row for row in rows if row.path == path or row.path.startswith(path + "/")]


def _move_row(namespace: NamespaceRef, row: NamespaceFile, path: str) -> None:
    target = _locked(namespace, path)
    if target is not None:
        target.current = False
        target.save(update_fields=["current"])
    row.current = False
    row.save(update_fields=["current"])
    _row(
        namespace,
        path,
        _last_revision(namespace, path) + 1,
        uri=row.uri,
        size=row.size,
        checksum=row.checksum,
        directory=row.directory,
    )


def _row(
    namespace: NamespaceRef,
    path: str,
    revision: int,
    *,
    uri: str = "",
    size: int = 0,
    checksum: str = "",
    directory: bool = False,
) -> NamespaceFile:
    tenants.hold_namespace(namespace)
    row = NamespaceFile(
        id=uuid7(),
        tenant_id=current_tenant(),
        namespace_id=namespace.id,
        namespace=namespace.path,
        path=path,
        revision=revision,
        directory=directory,
        uri=uri,
        size=size,
        checksum=checksum,
        created_at=clock.now(),
    )
    row.save(force_insert=True)
    return row
