"""What can be wrong with a change to a flow, a pair or a file."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from downbeat.common.errors import AppError, Conflict, Invalid, NotFound


class FlowNotFound(NotFound):
    """There is no flow `{namespace}.{flow_id}` here, or you may not see it."""

    code = "flow.not_found"


class RevisionNotFound(NotFound):
    """Flow `{namespace}.{flow_id}` has no revision {revision}."""

    code = "flow.revision_not_found"


class RevisionUnreadable(Conflict, LookupError):
    """Revision {revision} of flow `{namespace}.{flow_id}` can no longer be read: {why}. Save a
    revision that can be read, and start or replay the execution with it."""

    code = "flow.revision_unreadable"


class RevisionCurrent(Conflict):
    """Revision {revision} is what flow `{namespace}.{flow_id}` is now. Publish another source first."""

    code = "flow.revision_current"


class FlowExists(Conflict):
    """Flow `{namespace}.{flow_id}` exists already. Update it with PUT, or choose another id."""

    code = "flow.exists"


class RevisionConflict(AppError):
    """{author} saved revision {revision} of this flow since you read it. Compare it with yours, then
    save with `If-Match: "{revision}"`."""

    code = "flow.revision_conflict"
    status = HTTPStatus.PRECONDITION_FAILED

    @property
    def said(self) -> Mapping[str, object]:
        """Which revision is newer, and whose it is."""
        return {name: self.facts[name] for name in ("revision", "author", "saved")}


class FlowInvalid(Invalid):
    """The source is not a valid flow: {summary}"""

    code = "flow.invalid"


class FlowMoved(Invalid):
    """The source names {named}, the address {addressed}. Id and namespace of a flow never change."""

    code = "flow.moved"


class SourceStays(Conflict):
    """Revision {revision} of flow `{namespace}.{flow_id}` writes its namespace so that it cannot be
    replaced there. Write `namespace: {namespace}` on a line of its own, or delete the revision."""

    code = "flow.source_stays"


class NamespaceInUse(Conflict):
    """Namespace `{namespace}` still has {count} flows. Delete or move them first."""

    code = "namespace.in_use"


class NamespaceUnknown(NotFound):
    """There is no namespace `{namespace}` here, or you may not see it."""

    code = "namespace.not_found"


class KeyInvalid(Invalid):
    """Key `{key}` is not valid: letters, digits, `.`, `_` and `-`, beginning with a letter or digit."""

    code = "kv.key_invalid"


class KeyNotFound(NotFound):
    """There is no key `{key}` in namespace `{namespace}`."""

    code = "kv.not_found"


class KeyExists(Conflict):
    """Key `{key}` exists in namespace `{namespace}` already."""

    code = "kv.exists"


class ValueInvalid(Invalid):
    """The value of `{key}` cannot be read: {reason}."""

    code = "kv.value_invalid"


class FileNotFound(NotFound):
    """There is no file `{path}` in namespace `{namespace}`."""

    code = "file.not_found"


class PathInvalid(Invalid):
    """`{path}` is not a path inside a namespace: no `..`, no empty parts, at most 1,024 characters."""

    code = "file.path_invalid"


class FileExists(Conflict):
    """There is a file `{path}` in namespace `{namespace}` already. Choose another name, or another
    `conflict` than ERROR."""

    code = "file.exists"


class ArchiveRefused(Invalid):
    """The archive was refused: {reason}."""

    code = "file.archive_refused"
