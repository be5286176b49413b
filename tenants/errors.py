"""Errors of the tenants app."""

from __future__ import annotations

from http import HTTPStatus

from downbeat.common.errors import AppError, Conflict, Invalid, NotFound


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


class BuiltInRole(Conflict):
    """The role {name} belongs to Downbeat and cannot be changed."""

    code = "role.built_in"


class NameTaken(Conflict):
    """{name} exists already."""

    code = "name.taken"


class LastAdmin(Conflict):
    """That is the last Admin of the tenant. Make somebody else an Admin first."""

    code = "binding.last_admin"


class OneselfRefused(Conflict):
    """You cannot take yourself away. Ask another admin of the instance."""

    code = "user.oneself"
