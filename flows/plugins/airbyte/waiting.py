"""How long to wait for answers and between questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from flows.plugins.http.options import Options

_UNHEEDED: Final = {
    "allow_failed": "allowFailed",
    "allowed_response_codes": "allowedResponseCodes",
    "default_charset": "defaultCharset",
    "max_content_length": "maxContentLength",
    "logs": "logs",
}
"""What the settings say of answers: Airbyte's are read as its interface defines them."""


def often_enough(every: timedelta) -> timedelta:
    """The time between two looks at a job; refused if it is none."""
    if every <= timedelta():
        raise TaskFailed("'pollFrequency' must be longer than PT0S, for example PT1S")
    return every


def http_options(
    given: Options | None, timeout: timedelta, *, own_sign_in: bool = False
) -> Options:
    """The settings of the connection; ``timeout`` stands where they do not say how long.

    ``own_sign_in``: whether they may sign in; otherwise somebody else does.
    """
    found = given or Options()
    if timeout <= timedelta():
        raise TaskFailed("'httpTimeout' must be longer than PT0S, for example PT10S")
    newer = found.timeout
    connect = (newer and newer.connect_timeout) or found.connect_timeout or timeout
    read = (newer and newer.read_idle_timeout) or found.read_idle_timeout or found.read_timeout
    lengths = {
        "timeout": None,
        "connect_timeout": connect,
        "read_idle_timeout": read or timeout,
        "read_timeout": None,
    }
    nobody = {} if own_sign_in else {"auth": None, "basic_auth_user": None}
    return found.model_copy(update={**lengths, **nobody})


def say_unheeded(ctx: RunContext, given: Options | None) -> None:
    """Warns of settings that are written and have no effect on questions to Airbyte."""
    written = given.model_fields_set if given else frozenset()
    names = [f"'options.{shown}'" for name, shown in _UNHEEDED.items() if name in written]
    if names:
        ctx.log.warning(
            f"{', '.join(names)}: without effect here, only how Airbyte is reached can be set"
        )
