"""The portal's files: hashed ones for ever, the page fresh, nothing else."""

from __future__ import annotations

import dataclasses
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

PAGE = '<html><head><meta name="csrf-token" content="__CSRF__" /></head></html>'


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-Ab12Cd34.js").write_text("let a = 1")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path.parent / "secret.txt").write_text("no")
    return tmp_path


def _client() -> Client:
    return Client(raise_request_exception=False)


def _serving(dist: Path) -> override_settings:
    return override_settings(DOWNBEAT=dataclasses.replace(settings.DOWNBEAT, portal_dist=dist))


@pytest.mark.parametrize("path", ["", "flows", "main/flows/company.data/daily.v2", "index.html"])
def test_every_page_is_the_portals_one(dist: Path, path: str) -> None:
    with _serving(dist):
        answer = _client().get(f"/ui/{path}")

    text = answer.content.decode()
    assert answer.status_code == HTTPStatus.OK
    assert '<meta name="csrf-token" content="' in text
    assert "__CSRF__" not in text
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert "csrftoken" in answer.cookies


def test_a_hashed_file_is_kept_for_ever(dist: Path) -> None:
    with _serving(dist):
        answer = _client().get("/ui/assets/index-Ab12Cd34.js")

    assert b"".join(answer.streaming_content) == b"let a = 1"  # type: ignore[attr-defined]
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["../secret.txt", "%2e%2e/secret.txt", "assets/gone.js", "//etc/passwd.txt"]
)
def test_nothing_else_is_served(dist: Path, path: str) -> None:
    with _serving(dist):
        answer = _client().get(f"/ui/{path}")

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    with _serving(tmp_path / "nothing"):
        answer = _client().get("/ui/")

    assert "make setup" in answer.content.decode()


def test_a_foreign_host_name_is_refused() -> None:
    answer = _client().get("/health/live", headers={"Host": "evil.example"})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["code"] == "host"
