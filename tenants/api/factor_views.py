"""My second factors, and their reset by an admin of the instance."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.errors import NotFound
from tenants.api.me_views import MineView
from tenants.api.second_step_views import SecondStepBody, site_of
from tenants.api.wire import Json
from tenants.authentication import client_address
from tenants.errors import PasswordWrong
from tenants.factors.pictures import qr
from tenants.http import InstanceAPIView
from tenants.models import SecondFactor, User
from tenants.models.people import UserKind
from tenants.services import second_factors
from tenants.services.second_factors import Begun
from tenants.services.sign_in import identity_of_password


class ProofBody(Body):
    """My password, for what weakens or strengthens my account."""

    password: str = Field(repr=False)


class FactorBody(ProofBody):
    """A factor that I want."""

    kind: Literal["TOTP", "WEBAUTHN"]
    name: str = Field(default="", max_length=150)


class ProvedView(MineView):
    """Base of what needs my password again."""

    def proved(self, request: Request, password: str) -> User:
        """Whose page it is, if the password is theirs; raises PasswordWrong."""
        user = self.user()
        address = client_address(request.META)
        if identity_of_password(user.email or "", password, address=address) is None:
            raise PasswordWrong
        return user


class MyFactorsView(ProvedView):
    """My second factors."""

    def get(self, request: Request) -> Response:
        """Those that count, and how many recovery codes are left."""
        user = self.user()
        return Response(
            {
                "results": [_shown(row) for row in second_factors.enrolled(user.id)],
                "recoveryCodesLeft": second_factors.codes_left(user.id),
                "required": settings.DOWNBEAT.second_factor == "required",
                "passkeys": site_of(request).has_passkeys,
            }
        )

    def post(self, request: Request) -> Response:
        """Begins one: the secret of an app with its picture, or what a browser needs."""
        body = read_body(request.data, FactorBody)
        user = self.proved(request, body.password)
        if body.kind == "TOTP":
            return Response(_begun(second_factors.begin_totp(user, body.name)), status=201)
        made = second_factors.begin_passkey(user, body.name, site_of(request))
        return Response({"id": made.id, "publicKey": made.options}, status=201)


class MyFactorView(ProvedView):
    """One of my second factors."""

    def delete(self, request: Request, id: UUID) -> Response:
        """Takes it away."""
        user = self.proved(request, read_body(request.data, ProofBody).password)
        second_factors.remove(self.actor, user, id)
        return Response(status=204)


class MyFactorProofView(MineView):
    """The proof that a factor works, from which on it counts."""

    def post(self, request: Request, id: UUID) -> Response:
        """A code of the app, or what the passkey has signed; recovery codes with the first one."""
        body = read_body(request.data, SecondStepBody)
        user = self.user()
        if body.credential is None:
            codes = second_factors.confirm_totp(self.actor, user, id, body.code)
        else:
            site = site_of(request)
            codes = second_factors.confirm_passkey(self.actor, user, id, body.credential, site)
        return Response({"recoveryCodes": codes})


class MyRecoveryCodesView(ProvedView):
    """My recovery codes."""

    def post(self, request: Request) -> Response:
        """Ten new ones; the old ones are void."""
        user = self.proved(request, read_body(request.data, ProofBody).password)
        if not second_factors.enrolled(user.id):
            raise NotFound("second factor")
        return Response({"recoveryCodes": second_factors.new_codes(self.actor, user)})


class FactorResetView(InstanceAPIView):
    """The factors of somebody who has lost them."""

    def delete(self, request: Request, user_id: UUID) -> Response:
        """Takes them all away; the password alone signs in again, until a new one is enrolled."""
        user = User.objects.filter(id=user_id, kind=UserKind.STANDARD).first()
        if user is None:
            raise NotFound("user")
        second_factors.reset(self.actor, user)
        return Response(status=204)


def _begun(made: Begun) -> dict[str, Any]:
    shown = {"id": made.id, "secret": made.secret, "address": made.address}
    return {**shown, "picture": qr(made.address)}


def _shown(row: SecondFactor) -> Json:
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "createdAt": row.created_at,
        "lastUsedAt": row.last_used_at,
    }
