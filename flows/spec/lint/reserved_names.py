"""A namespace does not hide an address of the API."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.reserved import NAMESPACE_WORDS
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject


def reserved_names(subject: Subject) -> Iterator[Diagnostic]:
    namespace = subject.flow.namespace
    if namespace in NAMESPACE_WORDS:
        message = f"The namespace '{namespace}' is reserved; choose another, such as company.team"
        yield subject.error(("namespace",), "namespace.reserved", message)
