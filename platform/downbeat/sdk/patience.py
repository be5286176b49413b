"""Patience: how often, and for how long, a server that cannot answer now is asked again.

A question that changes nothing (``reading``) is asked again after every failure that passes by
itself. One that does something (``writing``) is asked again only when the server surely has not
done it; where that is unsure, the caller finds out first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from downbeat.sdk.remote import pause

if TYPE_CHECKING:
    import httpx

_UNTOUCHED: Final = frozenset({408, 425, 429})
"""The server says that it has not begun with the request."""
_NEVER: Final = 501


@dataclass(frozen=True, slots=True)
class Patience:
    """The pauses between two tries: doubled from ``first`` up to ``most``, ``whole`` in all."""

    first: float = 1.0
    most: float = 15.0
    whole: float = 300.0


PATIENT: Final = Patience()
BRIEF: Final = Patience(whole=10.0)
"""For what must be over soon: cancelling a job of a task that has been killed."""


def reading(outcome: httpx.Response | Exception) -> bool:
    """Whether a question that changes nothing is worth asking again."""
    import httpx

    if isinstance(outcome, Exception):
        return not isinstance(outcome, httpx.UnsupportedProtocol | httpx.LocalProtocolError)
    return passes(outcome.status_code)


def writing(outcome: httpx.Response | Exception) -> bool:
    """Whether the server surely did nothing, and may do it when it is asked again."""
    return not isinstance(outcome, Exception) and outcome.status_code in _UNTOUCHED


def passes(status: int) -> bool:
    """Whether a status tells of trouble that passes by itself."""
    return status in _UNTOUCHED or (status >= 500 and status != _NEVER)


def patiently(
    ask: Callable[[], httpx.Response],
    *,
    again: Callable[[httpx.Response | Exception], bool],
    patience: Patience = PATIENT,
    say: Callable[[str], None] = lambda _: None,
) -> httpx.Response:
    """The first answer that ``again`` takes as final; after all patience, the last one.

    What the server asks for in ``Retry-After`` is honoured while it is within the patience.
    Failures to get an answer are raised as httpx raises them.
    """
    import httpx

    until = time.monotonic() + patience.whole
    step = patience.first
    while True:
        outcome: httpx.Response | httpx.TransportError
        try:
            outcome = ask()
        except httpx.TransportError as error:
            outcome = error
        wanted = _asked_for(outcome)
        seconds = step if wanted is None else wanted
        if not again(outcome) or time.monotonic() + seconds > until:
            if isinstance(outcome, httpx.TransportError):
                raise outcome
            return outcome
        say(f"{_told(outcome)}; asking again in {seconds:g} s")
        pause(seconds)
        step = min(step * 2, patience.most)


def retry_after(text: str | None, now: datetime) -> float | None:
    """The seconds that a header ``Retry-After`` asks for; ``None`` if it says nothing usable."""
    text = (text or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _asked_for(outcome: httpx.Response | Exception) -> float | None:
    if isinstance(outcome, Exception):
        return None
    return retry_after(outcome.headers.get("retry-after"), datetime.now(UTC))


def _told(outcome: httpx.Response | Exception) -> str:
    if isinstance(outcome, Exception):
        return f"No answer ({type(outcome).__name__}: {outcome})"
    return f"Status {outcome.status_code}"
