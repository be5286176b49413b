"""Errors of the tenants app."""

from __future__ import annotations

from http import HTTPStatus

from downbeat.common.errors import AppError, Conflict, Denied, Invalid, NotFound


class BadNamespace(Invalid):
    """{path} cannot be a namespace: use letters, digits, '-' and '_' in parts joined by dots, at
    most 150 characters, and no word that is an address of its own (search, source, validate …)."""

    code = "namespace.invalid"


class NamespaceExists(Conflict):
    """The namespace {path} exists already."""

    code = "namespace.exists"


class NamespaceHasChildren(Conflict):
    """The namespace {path} has namespaces below it. Delete them first."""

    code = "namespace.has_children"


class NamespaceNotFound(NotFound):
    """There is no namespace {path}, or you may not see it."""

    code = "namespace.not_found"

    def __init__(self, path: str) -> None:
        super().__init__("namespace", path=path)


class BadSlug(Invalid):
    """{slug} cannot be a tenant's id: use lower-case letters, digits and '-', at most 63, and no
    word that is an address of the instance (me, setup, tenants …)."""

    code = "tenant.invalid"


class TenantExists(Conflict):
    """The tenant {slug} exists already."""

    code = "tenant.exists"


class AlreadySetUp(AppError):
    """This instance is set up already. Log in, or ask an admin for an account."""

    code = "setup.done"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class SetupTokenNeeded(AppError):
    """Setting up from another machine needs the set-up token that the server has printed, in the
    header X-Setup-Token."""

    code = "setup.token"
    status = HTTPStatus.FORBIDDEN


class WeakPassword(Invalid):
    """The password must have at least {length} characters and must not be the e-mail address."""

    code = "password.weak"


class BadEmail(Invalid):
    """{email} is not an e-mail address."""

    code = "email.invalid"


class EmailTaken(Conflict):
    """Somebody has the e-mail address {email} already."""

    code = "email.taken"


class WrongLogin(AppError):
    """The e-mail address or the password is wrong."""

    code = "login.wrong"
    status = HTTPStatus.UNAUTHORIZED


class ForeignLogin(AppError):
    """Logging in from a page of another site is refused."""

    code = "login.foreign"
    status = HTTPStatus.FORBIDDEN


class PasswordWrong(Invalid):
    """That is not your password."""

    code = "password.wrong"


class FactorNotProved(Invalid):
    """The code or the key is not right, or was used already. Try the next code."""

    code = "factor.wrong"


class FactorExists(Conflict):
    """This passkey is enrolled already."""

    code = "factor.exists"


class TooManyFactors(Conflict):
    """One person has at most {most} second factors. Remove one first."""

    code = "factor.too_many"


class NoPasskeysHere(Conflict):
    """Browsers make no passkeys for {origin}: open the portal under a name, over https."""

    code = "factor.no_passkeys"


class NoLoginWaiting(AppError):
    """No log-in waits for its second step here, or it waited too long. Begin again."""

    code = "login.not_waiting"
    status = HTTPStatus.UNAUTHORIZED


class InvitationExists(Conflict):
    """{email} is invited already. Send that invitation again, or revoke it."""

    code = "invitation.exists"


class InvitationMissing(NotFound):
    """This invitation is used, revoked or too old, or the link is not whole. Ask for a new one."""

    code = "invitation.missing"

    def __init__(self) -> None:
        super().__init__("invitation")


class InvitationForKnown(Conflict):
    """{email} has an account already. Sign in with it and open the link again."""

    code = "invitation.sign_in"


class InvitationForOther(Denied):
    """This invitation is for {email}. Sign in with that account."""

    code = "invitation.other"


class InvitationStale(Conflict):
    """Whoever invited you may no longer give what the invitation says. Ask for a new one."""

    code = "invitation.stale"


class BadLifetime(Invalid):
    """{text} is not a life that a token can have: write P30D or PT12H, at most {most} days."""

    code = "token.lifetime"


class SecretMissing(NotFound):
    """There is no secret {key} in {namespace} or above it."""

    code = "secret.missing"

    def __init__(self, key: str, namespace: str) -> None:
        super().__init__("secret", key=key, namespace=namespace)


class BadSecretKey(Invalid):
    """{key} cannot be a secret's name: use letters, digits, '.', '-' and '_', at most 150."""

    code = "secret.invalid"


class ConnectionMissing(NotFound):
    """There is no connection {name} in {namespace}."""

    code = "connection.missing"

    def __init__(self, name: str, namespace: str) -> None:
        super().__init__("connection", name=name, namespace=namespace)


class ConnectionExists(Conflict):
    """The namespace {namespace} has a connection {name} already."""

    code = "connection.exists"


class BadConnectionName(Invalid):
    """{name} cannot be a connection's name: use letters, digits, '.', '-' and '_', at most 150,
    and not the word `inherited`."""

    code = "connection.name"


class ConnectionTooLarge(Invalid):
    """The values of a connection may have {most} bytes together; these have {size}."""

    code = "connection.too_large"


class BuiltInRole(Conflict):
    """The role {name} belongs to Downbeat and cannot be changed."""

    code = "role.built_in"


class RoleInUse(Conflict):
    """The role {name} is bound {count} times. Delete those bindings first."""

    code = "role.in_use"


class GroupIsExternal(Conflict):
    """An identity provider says who belongs to {name}. Change it there."""

    code = "group.external"


class PersonIsExternal(Conflict):
    """A directory says whether {name} belongs to the tenant. Change it there."""

    code = "access.external"


class AlreadyInside(Conflict):
    """{email} belongs to the tenant already."""

    code = "access.exists"


class NameTaken(Conflict):
    """{name} exists already."""

    code = "name.taken"


class LastAdmin(Conflict):
    """That is the last Admin of the tenant. Make somebody else an Admin first."""

    code = "binding.last_admin"


class OneselfRefused(Conflict):
    """You cannot take yourself away. Ask another admin of the instance."""

    code = "user.oneself"


class Confined(AppError):
    """Your session comes from the identity provider of one tenant and reaches no further. Sign in
    with your password to change what is yours everywhere."""

    code = "session.confined"
    status = HTTPStatus.FORBIDDEN


class ProviderExists(Conflict):
    """The tenant has an identity provider {name} already."""

    code = "provider.exists"


class SignInRefused(AppError):
    """The sign-in was refused ({reason}). Begin it again, or ask an administrator of the tenant."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, code: str) -> None:
        super().__init__(reason=code)
        self.code = code  # type: ignore[misc]


class TooManySignIns(AppError):
    """Too many sign-ins began from your address. Wait a minute and try again."""

    code = "login.too_many"
    status = HTTPStatus.TOO_MANY_REQUESTS


class LastWayIn(Conflict):
    """That is the only way in which this person can sign in. Delete the person instead."""

    code = "identity.last"


class SessionNeeded(AppError):
    """That needs a browser's session: sign in to the portal and do it there."""

    code = "session.needed"
    status = HTTPStatus.FORBIDDEN


class QuotaNotFound(NotFound):
    """There is no such quota, or you may not see it."""

    code = "quota.not_found"

    def __init__(self) -> None:
        super().__init__("quota")


class QuotaExists(Conflict):
    """There is a quota of {kind} on {place} already. Change that one."""

    code = "quota.exists"


class QuotaOfInstance(AppError):
    """The instance has set this quota: only an admin of the instance changes it."""

    code = "quota.of_instance"
    status = HTTPStatus.FORBIDDEN


class BadQuota(Invalid):
    """This cannot be a quota: {reason}."""

    code = "quota.invalid"


class TooManyRequests(AppError):
    """The tenant has used up its {amount} API requests per minute. Ask again in {wait} s."""

    code = "quota.api_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS

    @property
    def headers(self) -> dict[str, str]:
        """When to come again (RFC 9110, section 10.2.3)."""
        return {"Retry-After": str(self.facts["wait"])}


class StorageFull(AppError):
    """{quota} is used up: {used} bytes lie there, and {size} more do not fit. Delete what is not
    needed, or ask for a higher quota. Nothing was stored."""

    code = "quota.storage"
    status = HTTPStatus.INSUFFICIENT_STORAGE


class AnnouncementNotFound(NotFound):
    """There is no such announcement, or you may not see it."""

    code = "announcement.not_found"

    def __init__(self) -> None:
        super().__init__("announcement")


class BadAnnouncement(Invalid):
    """This cannot be announced: {reason}."""

    code = "announcement.invalid"


class SwitchNotFound(NotFound):
    """There is no such kill switch, or you may not see it."""

    code = "kill_switch.not_found"

    def __init__(self) -> None:
        super().__init__("kill switch")


class BadSwitch(Invalid):
    """This cannot be a kill switch: {reason}."""

    code = "kill_switch.invalid"


class PolicyOfInstance(AppError):
    """The instance has set this policy: only an admin of the instance changes it."""

    code = "policy.of_instance"
    status = HTTPStatus.FORBIDDEN


class SwitchOfInstance(AppError):
    """The instance has set this switch: only an admin of the instance changes it."""

    code = "kill_switch.of_instance"
    status = HTTPStatus.FORBIDDEN
