"""Publishes many sources at once: archives, files of several documents, whole namespaces."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from downbeat.common.errors import AppError, FieldError, InvalidFields
from flows.models import Flow
from flows.selectors import definitions
from flows.services import publish
from flows.services.publish import Address
from flows.services.rewrite import with_namespace
from flows.spec.parse import source_namespace
from flows.spec.source import split_documents
from tenants.access import visible
from tenants.actors import Actor

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One source of an import: the name of its file, or its number in a file of several."""

    name: str
    source: str


def parts_of(name: str, content: bytes) -> list[Part]:
    """The sources of an upload: a zip archive of YAML files, or one YAML file."""
    if content[:4] == b"PK\x03\x04" or name.lower().endswith(".zip"):
        return [
            Part(file, source)
            for file, text in _archived(content)
            for source in split_documents(text)
        ]
    return [
        Part(str(number), source) for number, source in enumerate(split_documents(_text(content)))
    ]


def import_parts(parts: Sequence[Part], *, actor: Actor, all_or_none: bool) -> list[str]:
    """Publishes each source; answers the names of those that could not be.

    With ``all_or_none`` the first that cannot be is an error, and nothing is published.
    """
    refused: dict[str, None] = {}
    for part in parts:
        try:
            with transaction.atomic():
                publish.apply_flow(part.source, actor=actor)
        except AppError:
            if all_or_none:
                raise
            refused[part.name] = None
    return list(refused)


@dataclass(frozen=True, slots=True)
class Target:
    """The namespace that sources are to become the content of; ``children``: and those below it."""

    namespace: str
    children: bool = False
    delete: bool = True

    def covers(self, namespace: str | None) -> bool:
        """Whether a source of that namespace belongs there."""
        below = self.children and (namespace or "").startswith(f"{self.namespace}.")
        return namespace == self.namespace or below

    def rows(self, rows: QuerySet[Flow]) -> QuerySet[Flow]:
        """The flows that are there."""
        here = Q(namespace=self.namespace)
        below = Q(namespace__startswith=f"{self.namespace}.")
        return rows.filter(here | below if self.children else here)


@transaction.atomic
def replace_namespace(sources: Sequence[str], target: Target, *, actor: Actor) -> list[Flow]:
    """Publishes sources into a namespace and, with ``delete``, takes away the flows it had besides.

    All of it or nothing; what the actor may not see stays.
    """
    found = [source_namespace(source) for source in sources]
    strangers = sorted({str(name) for name in found if name and not target.covers(name)})
    if strangers:
        reason = f"the source names namespace {', '.join(strangers)}, not {target.namespace}"
        raise InvalidFields([FieldError(reason, path="namespace")])
    rows = [publish.apply_flow(source, actor=actor) for source in sources]
    if target.delete:
        kept = [row.id for row in rows]
        others = target.rows(visible(actor, "flow.view", definitions.flows())).exclude(id__in=kept)
        for row in list(others):
            publish.delete_flow(Address(row.namespace, row.flow_id), actor=actor)
    return rows


def moved(sources: Sequence[str], namespace: str) -> list[str]:
    """The sources with their namespace replaced."""
    return [with_namespace(source, namespace) for source in sources]


def _archived(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            found = [info for info in listed if info.filename.lower().endswith((".yml", ".yaml"))]
            if len(found) > MOST_FILES or sum(info.file_size for info in found) > MOST_BYTES:
                raise _refused("the archive is too large")
            for info in found:
                yield info.filename, _text(archive.read(info))
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise _refused("not a zip archive, or a damaged one") from None
    except (NotImplementedError, RuntimeError):
        raise _refused("the archive is encrypted or packed in an unknown way") from None


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("not UTF-8 text") from None


def _refused(reason: str) -> InvalidFields:
    return InvalidFields([FieldError(reason, path="fileUpload")])
