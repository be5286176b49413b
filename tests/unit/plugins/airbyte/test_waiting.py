"""How long Airbyte may take, by the settings of both vocabularies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flows.plugins.airbyte.waiting import http_options
from flows.plugins.http.options import Options

TEN = timedelta(seconds=10)


@pytest.mark.parametrize(
    ("written", "connect", "read"),
    [
        ({}, 10, 10),
        ({"connectTimeout": "PT3S", "readTimeout": "PT4S"}, 3, 4),
        ({"readTimeout": "PT4S", "readIdleTimeout": "PT5S"}, 10, 5),
        ({"timeout": {"connectTimeout": "PT1S", "readIdleTimeout": "PT2S"}}, 1, 2),
    ],
)
def test_what_is_written_goes_before_the_timeout(
    written: dict[str, Any], connect: float, read: float
) -> None:
    found = http_options(Options.model_validate(written), TEN)

    assert (found.connect_seconds(), found.read_seconds()) == (connect, read)


def test_settings_sign_in_only_where_nobody_else_does() -> None:
    older = Options.model_validate({"basicAuthUser": "ada", "basicAuthPassword": "b"})
    newer = Options.model_validate({"auth": {"type": "BEARER", "token": "t"}})

    for given in (older, newer):
        assert http_options(given, TEN).credentials() is None
        assert http_options(given, TEN, own_sign_in=True).credentials() is not None
