"""An open line to BigQuery: the client library over HTTP that keeps to the operator's rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from downbeat.sdk.connection import need, resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.guarded_requests import guard
from flows.plugins.gcp.bigquery.errors import vendor_words
from flows.plugins.gcp.connection import GcpConnection
from flows.plugins.gcp.credentials import credentials, key_of, project_of_machine

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.bigquery import Client
    from requests import Session

_EMULATOR: Final = "BIGQUERY_EMULATOR_HOST"
_PUBLIC: Final = "https://bigquery.googleapis.com"
ANSWER_SECONDS: Final = 60.0
"""How long one answer may take; jobs are looked at again and again, none is waited for."""
PATIENCE_SECONDS: Final = 15.0
"""How long a request is sent again before its failure counts; a killed task waits for it."""


@dataclass(frozen=True)
class BigQuery:
    """A client, and where and for whom it works."""

    client: Client
    http: Session
    endpoint: str
    project: str
    location: str | None

    @property
    def again(self) -> Retry:
        """Sends a request again while its failure passes, but not for long."""
        from google.cloud.bigquery import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(PATIENCE_SECONDS)


@contextmanager
def opened(ctx: RunContext, given: GcpConnection) -> Iterator[BigQuery]:
    """The line for a task; credentials are looked up, but nothing is sent yet."""
    with line_of(ctx, resolved(ctx, given, GcpConnection)) as line:
        yield line


@contextmanager
def line_of(ctx: RunContext, settings: GcpConnection) -> Iterator[BigQuery]:
    """The line for a connection whose values are all in place."""
    from google.auth.transport.requests import AuthorizedSession, Request
    from google.cloud.bigquery import Client
    from requests import Session

    emulator = ctx.environment.get(_EMULATOR)
    endpoint = _address(emulator) if emulator else _PUBLIC
    key = key_of(ctx, settings)
    signer = credentials(ctx, settings, key, emulator=bool(emulator))
    project = settings.project_id or (key or {}).get("project_id") or project_of_machine(ctx)
    if not project:
        need(ctx, settings, "project_id")
    with Session() as tokens:
        session: Any = AuthorizedSession(signer, auth_request=Request(session=guard(ctx, tokens)))
        with guard(ctx, session):
            client = Client(
                project=project,
                credentials=signer,
                location=settings.location,
                client_options={"api_endpoint": endpoint},
                _http=session,
            )
            with vendor_words():
                yield BigQuery(client, session, endpoint, str(project), settings.location)


def _address(text: str) -> str:
    found = text if "://" in text else f"http://{text}"
    if urlsplit(found).scheme not in ("http", "https") or not urlsplit(found).hostname:
        raise TaskFailed(f"{_EMULATOR} is '{text}': it must be an address such as http://host:9050")
    return found.rstrip("/")
