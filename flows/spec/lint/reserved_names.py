"""A namespace does not hide an address of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject

RESERVED: Final = frozenset(
    [
        "autocomplete",
        "backfill",
        "bulk",
        "by-ids",
        "by-query",
        "change-status",
        "delete",
        "deprecated",
        "disable",
        "distinct-field-values",
        "distinct-namespaces",
        "enable",
        "export",
        "expressions",
        "flows",
        "force-run",
        "graph",
        "import",
        "kill",
        "labels",
        "latest",
        "namespaces",
        "pause",
        "policies",
        "replay",
        "restart",
        "resume",
        "search",
        "set-disabled",
        "source",
        "unlock",
        "unqueue",
        "validate",
        "webhook",
    ]
)


def reserved_names(subject: Subject) -> Iterator[Diagnostic]:
    namespace = subject.flow.namespace
    if namespace in RESERVED:
        message = f"The namespace '{namespace}' is reserved; choose another, such as company.team"
        yield subject.error(("namespace",), "namespace.reserved", message)
