"""What types are drawn with, as the portal is told."""

from __future__ import annotations

from base64 import b64decode
from typing import Final
from xml.etree import ElementTree

import pytest

from flows.spec.registry import full_name, load_registry
from tests.support.cast import Cast

SVG: Final = "{http://www.w3.org/2000/svg}"
LIGHT, DARK = (255, 255, 255), (20, 20, 24)
DISCERNIBLE: Final = 3.0
"""The least contrast of graphics (WCAG 2.2, 1.4.11)."""


@pytest.fixture
def icons(shared_cast: Cast) -> dict[str, ElementTree.Element]:
    """The drawings by the name of their type."""
    found = shared_cast.alice.get("/api/v1/plugins/icons").json()
    names = [full_name(one.type_name) for one in load_registry()]  # without types of our tests
    assert [name for name in names if found[name]["icon"] is None] == []
    return {name: ElementTree.fromstring(b64decode(found[name]["icon"])) for name in names}


def test_every_type_has_an_icon_of_its_vendor(icons: dict[str, ElementTree.Element]) -> None:
    labels = {name: icon.get("aria-label") for name, icon in icons.items()}

    assert labels["io.kestra.plugin.slack.SlackExecution"] == "Message"
    assert labels["io.kestra.plugin.aws.s3.List"] != labels["io.kestra.plugin.core.log.Log"]
    assert labels["io.kestra.plugin.scripts.shell.Script"] == "Script"


def test_an_icon_is_a_drawing_and_nothing_else(icons: dict[str, ElementTree.Element]) -> None:
    for icon in icons.values():
        assert icon.tag == f"{SVG}svg"
        assert icon.get("viewBox") == "0 0 24 24"
        assert icon.get("aria-label")
        names = {part.tag.removeprefix(SVG) for part in icon.iter()}
        assert names <= {"svg", "g", "path", "rect", "circle", "ellipse", "title"}


def test_an_icon_is_seen_on_light_and_on_dark_ground(
    icons: dict[str, ElementTree.Element],
) -> None:
    colours = {
        value
        for icon in icons.values()
        for part in icon.iter()
        for value in (part.get("stroke"), part.get("fill"))
        if value not in (None, "none")
    }

    for colour in sorted(map(str, colours)):
        drawn = tuple(bytes.fromhex(colour.removeprefix("#")))
        assert min(contrast(drawn, ground) for ground in (LIGHT, DARK)) >= DISCERNIBLE, colour


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """How far two colours are apart, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
