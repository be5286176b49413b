"""Fixtures of single sign-on: a provider on loopback, which these tests may reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tenants.sso import discovery
from tests.support.doubles.openid import OpenIdDouble


@pytest.fixture(scope="session")
def openid() -> Iterator[OpenIdDouble]:
    """A provider for the tests of this process; what it says is up to each."""
    double = OpenIdDouble()
    with double.listening():
        yield double


@pytest.fixture(autouse=True)
def open_egress() -> Iterator[None]:
    """Loopback may be reached, as if the operator had said so."""
    discovery.forget()
    with override_settings(DOWNBEAT=dataclasses.replace(settings.DOWNBEAT, egress="open")):
        yield
