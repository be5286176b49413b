"""The first steps with an instance, and what a client has to know about it."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from tenants.api import wire
from tenants.api.bodies import SetupBody
from tenants.api.identity_views import only_tenant
from tenants.api.provider_bodies import button
from tenants.api.switch_views import maintenance_facts, switch
from tenants.authentication import client_address
from tenants.errors import AlreadySetUp, SetupTokenNeeded
from tenants.http import InstanceAPIView, PublicAPIView
from tenants.selectors.tenants import tenant_of_slug
from tenants.services.identity_providers import on_login_page
from tenants.services.people import SHORTEST_PASSWORD, password_errors
from tenants.services.setup import FIRST_TENANT, is_set_up, set_up
from tenants.services.switches import everywhere

PASSWORD_RULES = {
    "passwordMinLength": SHORTEST_PASSWORD,
    "passwordRequireSpecial": False,
    "passwordMinDigits": 0,
    "passwordMinLowerCase": 0,
    "passwordMinUpperCase": 0,
    "passwordAllowedSpecialCharacters": "",
}


class SetupView(PublicAPIView):
    """Whether there is a first person; and, once, their making."""

    def get(self, request: Request) -> Response:
        """What the first page of the portal asks."""
        return Response(
            {
                "done": is_set_up(),
                "repositoryType": "postgres",
                "queueType": "broker" if settings.DOWNBEAT.broker_url else "postgres",
                "storageType": "s3" if settings.DOWNBEAT.storage_url else "local",
                "secretType": "postgres",
                "passwordConfiguration": PASSWORD_RULES,
                "haveAuthNotBasic": False,
            }
        )

    def post(self, request: Request) -> Response:
        """Makes the first admin and the first tenant; 405 ever after."""
        if is_set_up():
            raise AlreadySetUp
        _require_loopback_or_token(request)
        body = read_body(request.data, SetupBody)
        wished = body.tenant
        person, _ = set_up(
            body.username,
            body.password,
            tenant=wished.id if wished and wished.id else FIRST_TENANT,
            tenant_name=wished.name if wished else "",
        )
        return Response(wire.person(person))


def _require_loopback_or_token(request: Request) -> None:
    """Whoever comes first becomes admin, so from afar only who has seen the server's console."""
    expected = settings.DOWNBEAT.setup_token
    given = request.headers.get("X-Setup-Token", "")
    if expected and hmac.compare_digest(expected.encode(), given.encode()):
        return
    try:
        near = ipaddress.ip_address(client_address(request.META)).is_loopback
    except ValueError:
        near = False
    # Behind a proxy on this machine everybody would look near.
    if not near or "X-Forwarded-For" in request.headers:
        raise SetupTokenNeeded


class LoginConfigView(PublicAPIView):
    """Whether the portal shows its log-in or its set-up page, and the buttons on it."""

    def get(self, request: Request) -> Response:
        """With the buttons of the tenant that is asked for, or of the only one of the instance.

        A tenant that does not exist has no buttons, like one without identity providers. `email`
        marks those that its domain belongs to.
        """
        slug = request.query_params.get("tenant") or only_tenant()
        tenant = tenant_of_slug(slug) if slug else None
        email = request.query_params.get("email", "")
        rows = on_login_page(tenant) if tenant else []
        buttons = [button(row, slug, email) for row in rows]
        return Response(
            {
                "isBasicAuthInitialized": is_set_up(),
                "tenant": slug or None,
                "providers": buttons,
            }
        )


class AuthsView(PublicAPIView):
    """Ways to sign in."""

    def get(self, request: Request) -> Response:
        """Passwords, and the identity providers of an instance with one tenant."""
        mails = bool(settings.VALUES.text("SMTP_URL"))
        tenant = tenant_of_slug(only_tenant())
        names = [row.name for row in on_login_page(tenant)] if tenant else []
        ways = {
            "loginPassword": True,
            "mailsEnabled": mails,
            "passwordless": False,
            "oauths": names,
        }
        return Response(ways)


class PasswordErrorsView(PublicAPIView):
    """What is wrong with a first admin's address and password, before they are sent for good."""

    def get(self, request: Request) -> Response:
        """Messages; none when they will do, or when nothing was given."""
        email = request.query_params.get("username")
        password = request.query_params.get("password")
        given = email is not None and password is not None
        return Response(password_errors(email or "", password or "") if given else [])


class ConfigsView(InstanceAPIView):
    """What a signed-in client has to know about the instance."""

    instance_admin = False

    def get(self, request: Request) -> Response:
        """Version and abilities, and the banner of maintenance. Every ability is in the one edition."""
        facts = maintenance_facts()
        maintained = facts if facts["maintenance"] else None
        return Response(
            {
                "version": settings.DOWNBEAT.version,
                "edition": "EE",
                "url": settings.DOWNBEAT.public_url or None,
                "isCustomDashboardsEnabled": True,
                "isAnonymousUsageEnabled": False,
                "isUiAnonymousUsageEnabled": False,
                "isAiEnabled": False,
                "isBasicAuthInitialized": True,
                "isConcurrencyViewEnabled": True,
                "systemNamespace": "system",
                "hiddenLabelsPrefixes": ["system."],
                "preview": {"initial": 100, "max": 5000},
                "tenants": {"storageByTenant": True, "secretByTenant": True},
                "secretsEnabled": True,
                "inMaintenance": maintained is not None,
                "maintenance": maintained,
                "killSwitches": [switch(row) for row in everywhere()],
                "passwordConfiguration": PASSWORD_RULES,
            }
        )
