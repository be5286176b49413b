"""What BigQuery says when it fails, in its own words and without ours around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from downbeat.sdk.errors import TaskFailed

PASSING: Final = frozenset({"rateLimitExceeded", "backendError", "internalError", "badGateway"})
"""Reasons that are gone when the same request is sent again a little later."""
_MOST: Final = 10


class VendorFailure(TaskFailed):
    """BigQuery refused or failed; ``errors`` is what it said."""

    def __init__(self, what: str, errors: Sequence[Mapping[str, Any]], *, passing: bool) -> None:
        super().__init__(f"{what}: {_said(errors)}")
        self.errors = tuple(errors)
        self.passing = passing

    def matches(self, reasons: Iterable[str], messages: Iterable[str]) -> bool:
        """Whether it has one of these reasons, or one of these texts in a message."""
        known = frozenset(reasons)
        texts = [text.lower() for text in messages]
        return any(
            error.get("reason") in known
            or any(text in str(error.get("message", "")).lower() for text in texts)
            for error in self.errors
        )


class Missing(VendorFailure):
    """What was asked for does not exist."""


class Exists(VendorFailure):
    """What was to be made exists."""


@contextmanager
def vendor_words(what: str = "BigQuery") -> Iterator[None]:
    """Turns what the client library raises inside the block into ``VendorFailure``."""
    import requests
    from google import resumable_media
    from google.api_core import exceptions
    from google.auth import exceptions as auth

    try:
        yield
    except exceptions.GoogleAPIError as error:
        raise _of_api(what, error) from None
    except resumable_media.InvalidResponse as error:
        raise _of_api(what, exceptions.from_http_response(error.response)) from None
    except auth.GoogleAuthError as error:
        text = str(error.args[0]) if error.args else type(error).__name__
        passing = isinstance(error, auth.TransportError)
        raise VendorFailure(f"{what}: no access token", [{"message": text}], passing=passing) from (
            None
        )
    except (requests.RequestException, resumable_media.DataCorruption) as error:
        text = f"{type(error).__name__}: {error}"
        raise VendorFailure(f"{what} gives no answer", [{"message": text}], passing=True) from None


def failed_job(noun: str, errors: Sequence[Mapping[str, Any]]) -> VendorFailure:
    """The failure of a job that ended badly; the first error is why, the others are details."""
    distinct = {(error.get("reason"), error.get("message")): error for error in errors}
    return VendorFailure(noun, list(distinct.values()), passing=False)


def _of_api(what: str, error: Any) -> VendorFailure:
    from google.api_core import exceptions

    if isinstance(error, exceptions.RetryError) and error.cause is not None:
        error = error.cause
    if not isinstance(error, exceptions.GoogleAPICallError):
        return VendorFailure(
            f"{what} gives no answer",
            [{"message": f"{type(error).__name__}: {error}"}],
            passing=True,
        )
    errors = [found for found in error.errors or () if isinstance(found, dict)]
    errors = errors or [{"message": error.message or f"status {error.code}"}]
    passing = any(found.get("reason") in PASSING for found in errors) or (
        error.code is None or error.code == 429 or error.code >= 500
    )
    kind = {404: Missing, 409: Exists}.get(error.code or 0, VendorFailure)
    return kind(what, errors, passing=passing)


def _said(errors: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for error in errors[:_MOST]:
        reason, place = error.get("reason"), error.get("location")
        more = ", ".join([*([reason] if reason else []), *([f"at {place}"] if place else [])])
        lines.append(
            f"{error.get('message') or 'no reason given'}" + (f" ({more})" if more else "")
        )
    if len(errors) > _MOST:
        lines.append(f"and {len(errors) - _MOST} more errors")
    return "; ".join(lines)
