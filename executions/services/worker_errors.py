"""Why a worker, or whoever looks after worker groups, is refused."""

from __future__ import annotations

from http import HTTPStatus

from downbeat.common.errors import AppError, Conflict, Invalid, NotFound


class GroupMissing(NotFound):
    """There is no such worker group, or you may not see it."""

    code = "worker_group.not_found"

    def __init__(self) -> None:
        super().__init__("worker group")


class WorkerMissing(NotFound):
    """There is no such worker in this group."""

    code = "worker.not_found"

    def __init__(self) -> None:
        super().__init__("worker")


class TokenMissing(NotFound):
    """There is no such token of this worker group."""

    code = "worker_token.not_found"

    def __init__(self) -> None:
        super().__init__("token")


class BadKey(Invalid):
    """`{key}` cannot be the key of a worker group: use up to 63 letters, digits, `.`, `_` and `-`,
    and begin with a letter or a digit."""

    code = "worker_group.key"


class GroupExists(Conflict):
    """There is a worker group `{key}` already."""

    code = "worker_group.exists"


class DefaultStays(AppError):
    """The default worker group cannot be deleted: what names no other group runs there."""

    code = "worker_group.default"
    status = HTTPStatus.BAD_REQUEST


class GroupServed(Conflict):
    """{count} workers of this group are alive. Stop them, or delete the group with `force=true`."""

    code = "worker_group.served"


class OtherProtocol(Conflict):
    """This server speaks version {ours} of the language of workers, and you speak {theirs}. Install
    the server's version of Downbeat on the worker."""

    code = "worker.protocol"


class SessionOver(AppError):
    """This worker was given up, because nothing was heard of it, or it has left. Register again."""

    code = "worker.session_over"
    status = HTTPStatus.GONE


class TokenOver(AppError):
    """The token is no worker's, has expired or was revoked. Ask for another one."""

    code = "worker.token"
    status = HTTPStatus.UNAUTHORIZED


class TooLarge(AppError):
    """A request of a worker holds {most} bytes at the most."""

    code = "worker.too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class AddressRefused(AppError):
    """The address is not one that this server has signed, or its time is over."""

    code = "worker.address"
    status = HTTPStatus.FORBIDDEN


class NotUnderstood(Invalid):
    """What the worker sent cannot be understood: {reason}"""

    code = "worker.not_understood"


class AnswerRefused(Invalid):
    """{reason}"""

    code = "worker.refused"


class NothingThere(NotFound):
    """There is no {what} for this attempt."""

    code = "worker.nothing_there"
