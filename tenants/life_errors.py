"""What is refused of a tenant's life, its trail, its secrets and its policies: each with a code."""

from __future__ import annotations

from http import HTTPStatus

from downbeat.common.errors import AppError, Conflict, Denied, Invalid


class TenantSuspended(AppError):
    """The tenant {slug} is suspended: {reason}. Nothing starts or changes in it, reading works. An
    admin of the instance can resume it."""

    code = "tenant.suspended"
    status = HTTPStatus.FORBIDDEN


class TenantNotSuspended(Conflict):
    """The tenant {slug} is not suspended."""

    code = "tenant.not_suspended"


class ConfirmDeletion(Invalid):
    """Another tenant than {slug} is confirmed. Repeat the id of the one to delete: confirm={slug}."""

    code = "tenant.confirm"


class BadPicture(Invalid):
    """The picture cannot be used: {reason}."""

    code = "picture.invalid"


class RetentionBeyond(Invalid):
    """{what} are kept for {least} to {most} days in this instance; {days} is not possible."""

    code = "retention.range"


class MoveDisturbed(Conflict):
    """Others wrote in {path} while it was about to move, and went first. Try again."""

    code = "namespace.move_disturbed"


class PathReserved(Conflict):
    """The namespace {path} has moved{to}, and executions or files from before still name the old path.
    Use the new one, or take another name; the old one is free once they are gone."""

    code = "namespace.path_reserved"


class PathBorne(Conflict):
    """Executions or files from before the move still name {path}."""

    code = "namespace.path_borne"


class NamespaceMustExist(Conflict):
    """There is no namespace {path}, and this tenant makes none by deploying into it. Make it first."""

    code = "namespace.must_exist"


class NothingToSend(Conflict):
    """The trail has no entries {first} to {last} any more: there is nothing to send."""

    code = "audit.nothing_to_send"


class ReceiverRefused(Conflict):
    """The receiver did not take it: {reason}."""

    code = "audit.receiver"


class SecretsReadOnly(Conflict):
    """Secrets of {namespace} are kept by another manager: write them there. Who may edit its secrets
    can change that under the namespace's secret manager."""

    code = "secret.read_only"


class SecretManagerFailed(AppError):
    """The secret manager {kind} of {place} did not give `{key}`: {reason}. It is configured under
    the secret manager of {place}."""

    code = "secret.manager"
    status = HTTPStatus.BAD_GATEWAY


class PolicyRefused(Denied):
    """A policy does not let that be: {reason}"""

    code = "policy.refused"


class ApprovalOfOneself(Denied):
    """Another person than the one who asked has to decide, and no machine."""

    code = "approval.oneself"


class ApprovalDecided(Conflict):
    """The request is not open any more: it is {state}, or too old."""

    code = "approval.decided"


class MoveIntoItself(Invalid):
    """{to} is {path} itself or below it. Choose a path elsewhere."""

    code = "namespace.into_itself"
