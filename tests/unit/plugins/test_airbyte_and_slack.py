"""The folders of Airbyte and Slack: their examples, their glyphs, and every name that others know."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from flows.plugins import airbyte, slack
from flows.spec.parse import parse_flow
from flows.spec.registry import load_registry

REGISTRY = load_registry(test_types=True)
FOLDERS = [Path(str(module.__file__)).parent for module in (airbyte, slack)]
TYPES = [*airbyte.PLUGINS, *slack.PLUGINS]
OPTIONS = {
    "connectTimeout", "readTimeout", "readIdleTimeout", "connectionPoolIdleTimeout",
    "maxContentLength", "defaultCharset", "headers",
}  # fmt: skip
OWN = {"url", "username", "password", "token", "httpTimeout", "options", "applicationCredentials"}
CLOUD = {"token", "clientId", "clientSecret", "tokenURL", "username", "password", "connectionId"}
WAITS = {"wait", "maxDuration", "pollFrequency"}
PROPERTIES = {
    "airbyte.connections.Sync": OWN | WAITS | {"connectionId", "failOnActiveSync"},
    "airbyte.connections.CheckStatus": OWN | WAITS - {"wait"} | {"jobId"},
    "airbyte.cloud.jobs.Sync": CLOUD | WAITS,
    "airbyte.cloud.jobs.Reset": CLOUD | WAITS,
    "slack.SlackIncomingWebhook": {"url", "payload", "messageText", "options"},
    "slack.SlackExecution": {
        "url", "payload", "messageText", "options", "channel", "username", "iconUrl", "iconEmoji",
        "templateUri", "templateRenderMap", "executionId", "customFields", "customMessage",
    },
}  # fmt: skip


@pytest.mark.parametrize("found", TYPES, ids=lambda found: str(found.type_name))
def test_every_type_has_words_an_example_and_the_properties_that_people_know(found: type) -> None:
    name = str(found.type_name)  # type: ignore[attr-defined]
    fields = found.model_fields  # type: ignore[attr-defined]

    assert (found.__doc__ or "").strip()
    assert found.examples  # type: ignore[attr-defined]
    for _, source in found.examples:  # type: ignore[attr-defined]
        parsed = parse_flow(source, REGISTRY)
        assert parsed.flow is not None, parsed.diagnostics
    assert {field.alias for field in fields.values()} >= PROPERTIES[name]
    assert REGISTRY.find(f"io.kestra.plugin.{name}") is found


@pytest.mark.parametrize(
    "older", ["notifications.slack.SlackIncomingWebhook", "notifications.slack.SlackExecution"]
)
def test_older_names_still_work(older: str) -> None:
    found = REGISTRY.find(f"io.kestra.plugin.{older}")

    assert found is not None
    assert found.type_name == older.removeprefix("notifications.")


def test_the_options_of_slack_are_those_that_people_know() -> None:
    found = slack.sending.RequestOptions.model_fields.values()

    assert {field.alias for field in found} == OPTIONS


@pytest.mark.parametrize(
    "file",
    [file for folder in FOLDERS for file in sorted(folder.glob("examples/*.yaml"))],
    ids=lambda file: str(file.name),
)
def test_an_example_of_the_folder_is_a_flow(file: Path) -> None:
    parsed = parse_flow(file.read_text(encoding="utf-8"), REGISTRY)

    assert parsed.flow is not None, parsed.diagnostics
    assert parsed.flow.id == file.stem.replace("-", "_")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_the_glyph_is_an_image_without_code(folder: Path) -> None:
    glyph = ElementTree.parse(folder / "icon.svg").getroot()

    assert glyph.tag.endswith("svg")
    assert {item.tag.rpartition("}")[2] for item in glyph.iter()} <= {"svg", "g", "path", "circle"}
