"""A request reaches for no connection but that of its tenant's role."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connections
from rest_framework.response import Response

from tenants.api.namespace_views import NamespaceViewSet
from tests.support.cast import Cast


@pytest.mark.parametrize("alias", ["system", "owner"])
def test_a_view_that_reaches_for_more_is_found_by_every_test_that_asks_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, alias: str
) -> None:
    def search(self: Any, request: Any, **_: str) -> Response:
        with connections[alias].cursor() as cursor:
            cursor.execute("select count(*) from tenants_secret")
            return Response({"seen": cursor.fetchone()[0]})

    monkeypatch.setattr(NamespaceViewSet, "search", search)

    answer = cast.alice.get(f"{cast.api}/namespaces/search")

    assert answer.status_code == 500


def test_the_web_application_holds_one_connection_whatever_its_environment_says() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import downbeat.asgi; from django.db import connections; print(*connections)",
        ],
        env={**os.environ, "DOWNBEAT_PROCESS": "scheduler"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert told.stdout.split() == ["default"]
