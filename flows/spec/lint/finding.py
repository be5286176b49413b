"""What a rule looks at, and how it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from downbeat.sdk.task import Task
from flows.spec.diagnostics import Diagnostic, Path, Severity, path_text
from flows.spec.flow import FlowSpec
from flows.spec.registry import Registry
from flows.spec.source import Document


@dataclass(frozen=True, slots=True)
class Subject:
    """A valid flow with its document."""

    flow: FlowSpec
    document: Document
    registry: Registry
    tasks: tuple[tuple[Path, Task], ...]
    """Every task at every depth, with its place."""

    @classmethod
    def of(cls, flow: FlowSpec, document: Document, registry: Registry) -> Self:
        return cls(flow, document, registry, tuple(flow.walk()))

    def error(
        self, path: Path, code: str, message: str, *, replacement: str | None = None
    ) -> Diagnostic:
        """A finding that refuses the source."""
        return self._found(Severity.ERROR, path, code, message, replacement)

    def warning(
        self, path: Path, code: str, message: str, *, replacement: str | None = None
    ) -> Diagnostic:
        """A finding that only warns."""
        return self._found(Severity.WARNING, path, code, message, replacement)

    def _found(
        self, severity: Severity, path: Path, code: str, message: str, replacement: str | None
    ) -> Diagnostic:
        line, column = self.document.position(path)
        return Diagnostic(severity, code, message, path_text(path), line, column, replacement)


Rule = Callable[[Subject], Iterable[Diagnostic]]
