"""Invitations to a tenant, and the pages of those who are invited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.bodies import read_body
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from tenants import throttle
from tenants.api import wire
from tenants.api.foreign import refuse_foreign
from tenants.api.invitation_bodies import InvitationBody, LinkBody, NewMemberBody
from tenants.api.me_views import MineView
from tenants.audited import origin_of
from tenants.authentication import client_address
from tenants.errors import InvitationMissing
from tenants.http import PublicAPIView, TenantViewSet
from tenants.models import Invitation, InvitationDoor, User
from tenants.models.invitations import InvitationState
from tenants.selectors.tenants import tenant_of_id
from tenants.services import audit
from tenants.services.invitations import (
    Invited,
    NewMember,
    invitation,
    invite,
    join,
    join_as_new,
    opened,
    renew,
    revoke,
)
from tenants.services.mails import send
from tenants.services.tokens import lifetime

EXPIRED = "EXPIRED"
TEXT = """You are invited to the tenant {tenant} on Downbeat.

Open this link to join; it works once, until {until:%d %B %Y, %H:%M} UTC:

{link}

If you do not expect this, do nothing.
"""


class InvitationViewSet(TenantViewSet):
    """Invitations of a tenant. Whoever lets people in may invite."""

    actions = {
        "create": "user.edit",
        "search": "user.view",
        "of_email": "user.view",
        "retrieve": "user.view",
        "destroy": "user.edit",
        "resend": "user.edit",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one; its link is in this answer and in the mail, and never again."""
        body = read_body(request.data, InvitationBody)
        grants = [item.grant() for item in body.bindings]
        life = lifetime(body.max_age)
        made = invite(self.actor, body.email, body.group_ids, grants, life)
        return Response(self._sent(made), status=201)

    def search(self, request: Request, tenant: str) -> Response:
        """A page of them, the newest first."""
        wanted = page_request(request.query_params)
        asked = _asked(request)
        with tenant_scope(self.tenant.id):
            rows = Invitation.objects.filter(asked).order_by("-created_at")
            page = paginate(rows, wanted).map(self._shown)
        return Response(page.as_json())

    def of_email(self, request: Request, tenant: str, email: str) -> Response:
        """Those for an address."""
        with tenant_scope(self.tenant.id):
            rows = Invitation.objects.filter(email=email.strip().lower()).order_by("-created_at")
            return Response([self._shown(row) for row in rows])

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        with tenant_scope(self.tenant.id):
            return Response(self._shown(invitation(id)))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Ends one."""
        revoke(self.actor, id)
        return Response(status=204)

    def resend(self, request: Request, tenant: str, id: UUID) -> Response:
        """The same with a new link; the old one is void."""
        return Response(self._sent(renew(self.actor, id)))

    def _sent(self, made: Invited) -> wire.Json:
        root = settings.DOWNBEAT.public_url.rstrip("/")
        root = root or self.request.build_absolute_uri("/").rstrip("/")
        # What follows the # stays in the browser: no log of any server has it.
        link = f"{root}/ui/invitation/{made.row.id}#{made.token}"
        facts = {"tenant": self.tenant.name, "until": made.row.expires_at, "link": link}
        name = " ".join(self.tenant.name.split())
        sent = send(made.row.email, f"Invitation to {name}", TEXT.format(**facts))
        return {**self._shown(made.row), "link": link, "mailSent": sent}

    def _shown(self, row: Invitation) -> wire.Json:
        return {
            "id": row.id,
            "email": row.email,
            "tenantId": self.tenant.slug,
            "status": _status(row),
            "isExpired": _status(row) == EXPIRED,
            "groupIds": row.groups,
            "bindings": row.bindings,
            "invitedBy": row.invited_by_id,
            "sentAt": row.created_at,
            "expiredAt": row.expires_at,
            "acceptedAt": row.accepted_at,
            "deleted": False,
        }


class LinkView(PublicAPIView):
    """Base of pages that an invitation's link opens; the link is the credential."""

    @contextmanager
    def slowed(self, request: Request, id: UUID) -> Iterator[None]:
        """Links are not guessed, and whoever tries is slowed."""
        refuse_foreign(request)
        name, address = f"invitation {id}", client_address(request.META)
        throttle.refuse_if_blocked(name, address)
        try:
            with audit.from_(origin_of(request)):
                yield
        except InvitationMissing:
            throttle.failed(name, address)
            raise


class ReadInvitationView(LinkView):
    """What a link is about."""

    def post(self, request: Request, id: UUID) -> Response:
        """The tenant, the address, and whether there is an account to sign in with."""
        with self.slowed(request, id):
            tenant_id, row = opened(id, read_body(request.data, LinkBody).token)
        tenant = tenant_of_id(tenant_id)
        if tenant is None:
            raise InvitationMissing
        return Response(
            {
                "id": row.id,
                "tenant": {"id": tenant.slug, "name": tenant.name},
                "email": row.email,
                "expiredAt": row.expires_at,
                "hasAccount": User.objects.filter(email=row.email, home_tenant=None).exists(),
            }
        )


class JoinAsNewView(LinkView):
    """Joining without an account."""

    def post(self, request: Request, id: UUID) -> Response:
        """Makes the account; whoever has it signs in with it afterwards."""
        body = read_body(request.data, NewMemberBody)
        new = NewMember(body.password, body.first_name, body.last_name)
        with self.slowed(request, id):
            return Response(wire.person(join_as_new(id, body.token, new)))


class JoinView(MineView):
    """Joining with the account that is signed in."""

    def post(self, request: Request, id: UUID) -> Response:
        """Joins."""
        token = read_body(request.data, LinkBody).token
        join(id, token, self.user(), by=self.actor)
        return Response(status=204)


class MyInvitationsView(MineView):
    """Invitations that wait for me: those that were made when my account had the address."""

    def get(self, request: Request) -> Response:
        """All of them; only their links open them."""
        doors = InvitationDoor.objects.filter(user_id=self.user().id).select_related("tenant")
        return Response([shown for door in doors if (shown := _waiting(door)) is not None])


def _waiting(door: InvitationDoor) -> wire.Json | None:
    with tenant_scope(door.tenant_id):
        row = Invitation.objects.filter(id=door.invitation_id).first()
    if row is None or _status(row) != InvitationState.PENDING:
        return None
    shown = {"id": row.id, "email": row.email, "status": _status(row)}
    return {
        **shown,
        "tenantId": door.tenant.slug,
        "sentAt": row.created_at,
        "expiredAt": row.expires_at,
    }


def _status(row: Invitation) -> str:
    expired = row.state == InvitationState.PENDING and row.expires_at <= clock.now()
    return EXPIRED if expired else str(row.state)


def _asked(request: Request) -> Q:
    found = Q()
    if email := request.query_params.get("email", "").strip().lower():
        found &= Q(email__contains=email)
    status = request.query_params.get("status", "").upper()
    if not status:
        return found
    pending = Q(state=InvitationState.PENDING)
    if status == EXPIRED:
        return found & pending & Q(expires_at__lte=clock.now())
    if status == InvitationState.PENDING:
        return found & pending & Q(expires_at__gt=clock.now())
    if status not in InvitationState.values:
        known = ", ".join([*InvitationState.values, EXPIRED])
        raise InvalidFields([FieldError(f"must be one of {known}", path="status")])
    return found & Q(state=status)
