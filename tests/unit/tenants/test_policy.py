"""Roles and paths, as values."""

from __future__ import annotations

import pytest

from tenants.paths import lineage, parent, valid_path, valid_slug
from tenants.policy import KNOWN, ROLES, BuiltIn, UnknownPermission, in_scopes, known, seeing


def test_each_role_can_do_what_the_lesser_one_can() -> None:
    viewer, launcher = ROLES[BuiltIn.VIEWER], ROLES[BuiltIn.LAUNCHER]
    editor, admin = ROLES[BuiltIn.EDITOR], ROLES[BuiltIn.ADMIN]

    assert viewer < launcher < editor < admin == KNOWN


def test_a_viewer_only_views_and_sees_nothing_of_people() -> None:
    viewer = ROLES[BuiltIn.VIEWER]

    assert all(name.endswith(".view") for name in viewer)
    assert not any(name.startswith(("user.", "binding.", "secret.")) for name in viewer)


def test_every_action_says_who_may_know_of_the_object() -> None:
    assert all(seeing(name) in KNOWN for name in KNOWN)


def test_a_typo_is_an_error_and_never_a_right() -> None:
    with pytest.raises(UnknownPermission):
        known("flow.vew")


def test_scopes_narrow_and_none_means_all() -> None:
    assert in_scopes("flow.edit", ())
    assert in_scopes("flow.view", ("*.view",))
    assert not in_scopes("flow.edit", ("*.view", "execution.*"))


def test_a_path_knows_its_ancestors_from_the_root_down() -> None:
    assert lineage("a.b.c") == ["", "a", "a.b", "a.b.c"]
    assert (parent("a.b"), parent("a")) == ("a", "")


@pytest.mark.parametrize("slug", ["me", "tenants", "setup", "Acme", "-a", "", "a" * 64, "a_b"])
def test_a_slug_is_no_address_of_the_instance(slug: str) -> None:
    assert not valid_slug(slug)


@pytest.mark.parametrize("path", ["search", "webhook", "a b", "a.", "", "a/b"])
def test_a_namespace_is_no_address_of_its_own(path: str) -> None:
    assert not valid_path(path)
