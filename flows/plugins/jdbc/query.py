"""Base of ``Query`` and ``Queries`` of every SQL database."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from itertools import islice
from typing import Any, ClassVar, Protocol

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.jdbc import statements
from flows.plugins.jdbc.rows import Row, store

_URI = re.compile(r"(?:kestra|downbeat)://[-a-zA-Z0-9%._+~#=/]*[-a-zA-Z0-9%_+~#=/]")
_MOST_FETCHED = 100_000


class FetchType(StrEnum):
    """What becomes of the rows of a query."""

    NONE = "NONE"
    FETCH = "FETCH"
    FETCH_ONE = "FETCH_ONE"
    STORE = "STORE"


class Session(Protocol):
    """An open connection of any database."""

    def run(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[Row] | None:
        """Runs one statement; its rows, or ``None`` if it returns none."""

    def affected(self) -> int | None:
        """How many rows the last statement changed, if the database says so."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...


class SqlProperties(Spec):
    """What tasks and triggers of all SQL databases share."""

    username: Dyn[Text | None] = None
    password: Dyn[Text | None] = None
    time_zone_id: Dyn[Text | None] = None
    sql: Dyn[Text]
    after_sql: Dyn[Text | None] = Field(default=None, alias="afterSQL")
    fetch_type: Dyn[FetchType] = FetchType.NONE
    fetch: bool = False
    fetch_one: bool = False
    store: bool = False
    fetch_size: Dyn[int] = Field(default=10_000, ge=1)
    parameters: Dyn[dict[str, Any] | None] = None
    connection_pooling: Dyn[bool] = True
    connection_pool_size: Dyn[int] = 10

    @abstractmethod
    def connect(self, ctx: RunContext) -> AbstractContextManager[Session]:
        """An open connection; errors name what is wrong with the settings."""

    def how(self) -> FetchType:
        """The fetch type, also as the older switches say it."""
        if self.store:
            return FetchType.STORE
        if self.fetch_one:
            return FetchType.FETCH_ONE
        return FetchType.FETCH if self.fetch else self.fetch_type

    def localized(self, ctx: RunContext, sql: str) -> str:
        """The SQL with each address of internal storage replaced by the path of its file."""
        return _URI.sub(lambda found: str(ctx.fetch(found[0])), sql)

    def answer(self, ctx: RunContext, session: Session, sql: str) -> dict[str, Any]:
        """Runs one statement; ``rows``, ``row`` or ``uri``, and ``size``, as the fetch type says."""
        given = self.parameters or {}
        wanted = {name: given[name] for name in statements.names(sql) if name in given}
        rows = session.run(sql, wanted)
        changed = session.affected()
        if rows is None:
            return {} if changed is None else {"size": changed}
        return self._fetched(ctx, rows)

    def _fetched(self, ctx: RunContext, rows: Iterator[Row]) -> dict[str, Any]:
        match self.how():
            case FetchType.NONE:
                return {}
            case FetchType.FETCH_ONE:
                row = next(rows, None)
                return {"row": row, "size": 0 if row is None else 1}
            case FetchType.FETCH:
                found = list(islice(rows, _MOST_FETCHED + 1))
                if len(found) > _MOST_FETCHED:
                    raise TaskFailed(
                        f"More than {_MOST_FETCHED} rows: use 'fetchType: STORE' for so many"
                    )
                return {"rows": found, "size": len(found)}
            case FetchType.STORE:
                uri, size = store(ctx, rows)
                return {"uri": uri, "size": size}


class SqlQuery(SqlProperties, RunnableTask):
    """One statement."""

    type_name: ClassVar[str] = ""

    def run(self, ctx: RunContext) -> Outputs:
        sql = self.localized(ctx, self.sql)
        with self.connect(ctx) as session:
            try:
                answer = self._run_all(ctx, session, sql)
                if self.after_sql:
                    session.run(self.localized(ctx, self.after_sql), {})
            except BaseException:
                session.rollback()
                raise
            session.commit()
        if answer.get("size") is not None:
            ctx.metric("fetch.size", answer["size"])
        return {**answer, **self.after(ctx)}

    def _run_all(self, ctx: RunContext, session: Session, sql: str) -> dict[str, Any]:
        found = statements.split(sql)
        if not found:
            raise TaskFailed("'sql' holds no statement")
        for statement in found[:-1]:
            session.run(statement, _named(self.parameters, statement))
        return self.answer(ctx, session, found[-1])

    def after(self, ctx: RunContext) -> Mapping[str, Any]:
        """Outputs that a database adds once the connection is closed."""
        return {}


class SqlQueries(SqlProperties, RunnableTask):
    """Several statements, in one transaction unless ``transaction`` is false."""

    type_name: ClassVar[str] = ""

    transaction: Dyn[bool] = True

    def run(self, ctx: RunContext) -> Outputs:
        sql = self.localized(ctx, self.sql)
        with self.connect(ctx) as session:
            try:
                answers = list(self._answers(ctx, session, statements.split(sql)))
                if self.after_sql:
                    session.run(self.localized(ctx, self.after_sql), {})
            except BaseException:
                session.rollback()
                raise
            session.commit()
        total = sum(answer.get("size") or 0 for answer in answers)
        ctx.metric("fetch.size", total)
        return {"outputs": answers, **self.after(ctx)}

    def _answers(
        self, ctx: RunContext, session: Session, found: list[str]
    ) -> Iterator[dict[str, Any]]:
        for statement in found:
            yield self.answer(ctx, session, statement)
            if not self.transaction:
                session.commit()

    def after(self, ctx: RunContext) -> Mapping[str, Any]:
        """Outputs that a database adds once the connection is closed."""
        return {}


def _named(given: Mapping[str, Any] | None, sql: str) -> dict[str, Any]:
    known = given or {}
    return {name: known[name] for name in statements.names(sql) if name in known}
