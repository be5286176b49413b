"""What the database was about when a test failed: for failures that come once in ten thousand."""

from __future__ import annotations

from typing import Final

import psycopg
from django.db import connections

from tests.support.database import Server

_QUESTIONS: Final = {
    "connections that do something or wait": """
        select pid, application_name, usename, state, wait_event_type, wait_event,
               pg_blocking_pids(pid), now() - xact_start, left(regexp_replace(query, '\\s+', ' ', 'g'), 160)
          from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
         order by xact_start nulls last limit 40""",
    "workers of the last minutes": """
        select id, worker_group, state, slots, busy, now() - heartbeat_at as heard,
               listening_until - now() as listens, stopped_at
          from worker order by heartbeat_at desc limit 12""",
    "attempts that have not ended": """
        select worker_group, state, count(*), min(run_after) - now() as soonest,
               max(lease_until) - now() as lease, bool_or(kill_requested) as killed
          from attempt where state in ('QUEUED', 'RUNNING') group by 1, 2 order by 3 desc limit 20""",
    "executions that have not ended": """
        select state, count(*), now() - max(created_at) as youngest
          from execution where ended_at is null group by 1 order by 2 desc""",
}


def aftermath(server: Server) -> str:
    """Answers of the test's own database, as lines; what cannot be asked is said so."""
    name = str(connections.settings["default"]["NAME"])
    parts: list[str] = []
    try:
        with server.superuser(name) as connection:
            connection.execute("set statement_timeout = '5s'")
            for title, question in _QUESTIONS.items():
                parts.append(f"{title}:\n{_answer(connection, question)}")
    except psycopg.Error as problem:
        parts.append(f"the database could not be asked: {problem}")
    return "\n".join(parts)


def _answer(connection: psycopg.Connection[tuple[object, ...]], question: str) -> str:
    try:
        rows = connection.execute(question).fetchall()
    except psycopg.Error as problem:
        return f"  could not be asked: {problem}"
    return "\n".join("  " + " | ".join(map(str, row)) for row in rows) or "  none"
