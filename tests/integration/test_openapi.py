"""The OpenAPI description is complete, valid, and free of guesses."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS

from downbeat.common.api.operations import declared, key_of
from tests.support.openapi import described
from tests.support.routes import Route, routes

# Pages and files for people and machines without a client: they are no part of the description.
OUTSIDE = re.compile(r"^(ui(/.*)?|health/.*|api/v1/openapi\.json)?$")
OURS = [route for route in routes() if not OUTSIDE.match(route.template)]


@pytest.mark.parametrize("route", OURS, ids=lambda route: route.name)
def test_a_route_declares_what_it_takes_and_answers(route: Route) -> None:
    assert key_of(route.method, route.template) in declared()


def test_no_operation_is_described_by_a_guess() -> None:
    guessed = [
        f"{method.upper()} {path}"
        for path, methods in described()["paths"].items()
        for method in methods
        if key_of(method, path) not in declared()
    ]

    assert guessed == []


def test_nothing_is_declared_that_is_no_route() -> None:
    known = {key_of(route.method, route.template) for route in routes()}

    # Webhooks answer by any verb; the list of routes names one.
    assert {key for key in declared() if "/webhook/" not in key} - known == set()


def test_every_operation_has_a_name_of_its_own() -> None:
    found = [
        operation["operationId"]
        for methods in described()["paths"].values()
        for operation in methods.values()
    ]

    assert [name for name, times in Counter(found).items() if times > 1] == []


def test_every_shape_that_is_named_exists() -> None:
    named = set(re.findall(r"'#/components/schemas/([^']+)'", repr(described())))

    assert named - set(described()["components"]["schemas"]) == set()


def test_the_description_is_valid_and_made_without_warnings(tmp_path: object) -> None:
    GENERATOR_STATS.reset()

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", f"{tmp_path}/openapi.yml")

    assert not GENERATOR_STATS


def test_what_is_refused_is_declared_everywhere() -> None:
    missing = [
        f"{method} {path}"
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
        if "default" not in operation["responses"]
    ]

    assert missing == []
