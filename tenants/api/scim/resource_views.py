"""People and groups over SCIM."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.api.scim.asking import Asked
from tenants.api.scim.base import ScimViewSet, expected_version, is_known, resource
from tenants.models import DirectoryGroup, DirectoryPerson
from tenants.scim.documents import read
from tenants.scim.patching import apply, operations
from tenants.scim.paths import Document
from tenants.scim.schema import GROUPS, PEOPLE, ResourceType
from tenants.selectors import provisioned
from tenants.selectors.provisioned import Found, Wanted
from tenants.services.provisioned_groups import add_group, change_group, group_of, remove_group
from tenants.services.provisioning import add_person, change_person, person_of, remove_person


class ResourceViewSet(ScimViewSet):
    """What people and groups have in common."""

    type: ClassVar[ResourceType]

    def list(self, request: Request, tenant: str) -> Response:
        """A part of those that a filter means."""
        asked = Asked.of(request)
        wanted = asked.wanted()
        with tenant_scope(self.tenant.id):
            found = self.found(wanted)
        return Response(asked.answer(found, wanted.start))

    def search(self, request: Request, tenant: str) -> Response:
        """The same with the question in the body, where it is not kept in anybody's log."""
        return self.list(request, tenant)

    def retrieve(self, request: Request, tenant: str, id: str) -> Response:
        """One; 304 for a client that has its newest version."""
        asked = Asked.in_query(request)
        with tenant_scope(self.tenant.id):
            document = self.document(self.row(id), members=asked.shows("members"))
        if is_known(request, document):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": _version(document)})
        return self._answer(asked, document)

    def create(self, request: Request, tenant: str) -> Response:
        """A new one."""
        document = self.made(request.data)
        return self._answer(Asked.in_query(request), document, HTTPStatus.CREATED)

    def replace(self, request: Request, tenant: str, id: str) -> Response:
        """All of it anew."""
        document = self.replaced(id, request.data, expected_version(request))
        return self._answer(Asked.in_query(request), document)

    def patch_one(self, request: Request, tenant: str, id: str) -> Response:
        """Changes of it, all or none."""
        document = self.patched(id, request.data, expected_version(request))
        return self._answer(Asked.in_query(request), document)

    def destroy(self, request: Request, tenant: str, id: str) -> Response:
        """Takes it away."""
        self.gone(id, expected_version(request))
        return Response(status=HTTPStatus.NO_CONTENT)

    def made(self, data: object) -> Document:
        """A new one, as somebody wrote it."""
        written = read(data, self.type)
        with tenant_scope(self.tenant.id):
            return self.document(self.added(written))

    def replaced(self, id: str, data: object, version: int | None) -> Document:
        """One, written anew."""
        written = read(data, self.type)
        with tenant_scope(self.tenant.id):
            return self.document(self.changed(self.row(id), written, version))

    def patched(self, id: str, data: object, version: int | None) -> Document:
        """One after all steps of a patch; without a difference nothing is written."""
        steps = operations(data)
        with tenant_scope(self.tenant.id):
            row = self.row(id)
            before = read(self.document(row), self.type)
            after = apply(before, steps, self.type)
            if after != before or version is not None:
                row = self.changed(row, after, version)
            return self.document(row)

    def gone(self, id: str, version: int | None) -> None:
        """Takes one away."""
        with tenant_scope(self.tenant.id):
            self.removed(self.row(id), version)

    def found(self, wanted: Wanted) -> Found:
        """Those that were asked for."""
        raise NotImplementedError

    def row(self, id: str) -> Any:
        """What the directory has under that id; raises NotFound."""
        raise NotImplementedError

    def document(self, row: Any, *, members: bool = True) -> Document:
        """The whole resource."""
        raise NotImplementedError

    def added(self, written: Document) -> Any:
        """Makes one."""
        raise NotImplementedError

    def changed(self, row: Any, written: Document, version: int | None) -> Any:
        """Changes one."""
        raise NotImplementedError

    def removed(self, row: Any, version: int | None) -> None:
        """Takes one away."""
        raise NotImplementedError

    def _answer(self, asked: Asked, document: Document, status: int = HTTPStatus.OK) -> Response:
        response = resource(document, status)
        response.data = asked.cut(document)
        return response


class PeopleViewSet(ResourceViewSet):
    """People, as a directory says."""

    type = PEOPLE
    actions = {
        "list": "user.view",
        "search": "user.view",
        "retrieve": "user.view",
        "create": "user.edit",
        "replace": "user.edit",
        "patch_one": "user.edit",
        "destroy": "user.edit",
    }

    def found(self, wanted: Wanted) -> Found:
        """Those that were asked for."""
        return provisioned.people(self.client_id, wanted, self.base)

    def row(self, id: str) -> DirectoryPerson:
        """One of the directory's people."""
        return person_of(self.client_id, _uuid(id, "user"))

    def document(self, row: DirectoryPerson, *, members: bool = True) -> Document:
        """The person with their groups."""
        return provisioned.person(row, self.base)

    def added(self, written: Document) -> DirectoryPerson:
        """Lets somebody in."""
        return add_person(self.actor, self.client_id, written)

    def changed(
        self, row: DirectoryPerson, written: Document, version: int | None
    ) -> DirectoryPerson:
        """Describes somebody anew."""
        return change_person(self.actor, row, written, version=version)

    def removed(self, row: DirectoryPerson, version: int | None) -> None:
        """Takes somebody out."""
        remove_person(self.actor, row, version=version)


class GroupsViewSet(ResourceViewSet):
    """Groups, as a directory says."""

    type = GROUPS
    actions = {
        "list": "group.view",
        "search": "group.view",
        "retrieve": "group.view",
        "create": "group.edit",
        "replace": "group.edit",
        "patch_one": "group.edit",
        "destroy": "group.edit",
    }

    def found(self, wanted: Wanted) -> Found:
        """Those that were asked for."""
        return provisioned.groups(self.client_id, wanted, self.base)

    def row(self, id: str) -> DirectoryGroup:
        """One of the directory's groups."""
        return group_of(self.client_id, _uuid(id, "group"))

    def document(self, row: DirectoryGroup, *, members: bool = True) -> Document:
        """The group with its members."""
        return provisioned.group(row, self.base, members=members)

    def added(self, written: Document) -> DirectoryGroup:
        """Makes a group."""
        return add_group(self.actor, self.client_id, written)

    def changed(
        self, row: DirectoryGroup, written: Document, version: int | None
    ) -> DirectoryGroup:
        """Another name, other members."""
        return change_group(self.actor, row, written, version=version)

    def removed(self, row: DirectoryGroup, version: int | None) -> None:
        """Takes a group away."""
        remove_group(self.actor, row, version=version)


def _uuid(text: str, what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what) from None


def _version(document: Document) -> str:
    return str(document["meta"]["version"])
