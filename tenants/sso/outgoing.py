"""Requests to identity providers: short, small, without redirects, and only where they may go.

The address of a provider is what an administrator of a tenant wrote, so it is treated like the
target of a task: on an instance with several tenants only public addresses are reached, unless the
operator opened them (`DOWNBEAT_EGRESS`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import requests
from django.conf import settings

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.guarded_requests import keep_outside
from tenants.selectors.tenants import tenant_count
from tenants.sso.refusals import Refused

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 20.0
MOST_BYTES: Final = 1024 * 1024


class BoundedSession(requests.Session):
    """A session whose answers end in time, fit into memory, and lead nowhere else."""

    def request(self, method: str, url: str, **options: Any) -> Any:  # type: ignore[override]
        """One request. A redirect is an answer like any other, and no good one."""
        begun = time.monotonic()
        options.update(allow_redirects=False, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS))
        answer = super().request(method, url, **options)
        chunks: list[bytes] = []
        for chunk in answer.iter_content(16 * 1024):
            chunks.append(chunk)
            if sum(map(len, chunks)) > MOST_BYTES or time.monotonic() - begun > WHOLE_SECONDS:
                answer.close()
                raise requests.exceptions.ConnectionError("the answer is too long or too slow")
        answer._content = b"".join(chunks)
        return answer


def session() -> BoundedSession:
    """A session for one conversation with a provider; close it afterwards."""
    made = BoundedSession()
    made.trust_env = False
    if _is_guarded():
        keep_outside(made)
    return made


def get_json(url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address; raises Refused with `provider.unreachable`."""
    try:
        with session() as asking:
            answer = asking.get(url, headers=dict(headers or {}))
            found = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, TaskFailed, ValueError) as error:
        raise Refused("provider.unreachable", f"{url}: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise Refused(
            "provider.unreachable", f"{url} answered {answer.status_code}, no JSON object"
        )
    return found


def _is_guarded() -> bool:
    chosen = settings.DOWNBEAT.egress
    return chosen == "guarded" or (chosen == "auto" and tenant_count() > 1)
