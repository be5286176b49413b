"""Indexes that a migration builds on a table that is in use.

Theory of operation. A plain CREATE INDEX holds every writer of its table until it is done, on a
large table for minutes. CONCURRENTLY holds nobody, but cannot be part of a transaction: when it
fails, what it had begun stays behind under its name, INVALID and used by no query. So a repeated
migration takes that away first, and the migration says `atomic = False` and does nothing else.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class OnlineIndex(AddIndexConcurrently):
    """Adds an index without holding writers; safe to repeat after it failed."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Builds it, in the place of one that was left unfinished."""
        name = schema_editor.quote_name(self.index.name)
        if self.allow_migrate_model(
            schema_editor.connection.alias, to_state.apps.get_model(app_label, self.model_name)
        ):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Build {self.index.name} on {self.model_name} beside its writers"
