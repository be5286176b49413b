"""The begin of a browser's session, whichever way somebody came in."""

from __future__ import annotations

from typing import Final

from django.contrib.auth import login
from django.http import HttpRequest

from tenants.authentication import client_address
from tenants.models import User
from tenants.portal_sessions import BEGAN, beginning

BACKEND: Final = "tenants.authentication.PasswordBackend"


def begin_session(request: HttpRequest, user: User) -> None:
    """A new session of that browser, with what its owner will know it by."""
    login(request, user, backend=BACKEND)
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[BEGAN] = beginning(address=client_address(request.META), agent=agent)
