"""What the pages show works: YAML is a valid flow, Python compiles, the plug-in is a plug-in."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml

from downbeat.cli.main import downbeat
from downbeat.settings.catalogue import FREE_PREFIXES, PREFIX, SETTINGS
from flows.spec.parse import parse_flow
from flows.spec.registry import load_registry, registry_of

ROOT = Path(__file__).resolve().parents[3]
WRITTEN = sorted(
    page
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "reference" not in page.parts
)
IDS = [str(page.relative_to(ROOT)) for page in WRITTEN]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(rf"\b{PREFIX}([A-Z0-9_]*[A-Z0-9])\b(?!\*)")
# What tasks are told, and the switch of the fault points: not settings of an instance.
NOT_SETTINGS = {"IDEMPOTENCY_KEY", "FENCE", "FAULTPOINTS", "WORKER_SCRATCH"}


def _blocks(page: Path, *languages: str) -> Iterator[str]:
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            yield text


def _flows(page: Path) -> Iterator[str]:
    for text in _blocks(page, "yaml"):
        found = yaml.safe_load(text)
        if isinstance(found, dict) and {"id", "namespace"} <= found.keys():
            yield text


FLOWS = [(page, text) for page in WRITTEN for text in _flows(page)]
COMMANDS = [
    line.strip().removeprefix(".venv/bin/")
    for page in WRITTEN
    for text in _blocks(page, "", "sh")
    for line in text.splitlines()
    if line.strip().removeprefix(".venv/bin/").startswith("downbeat ")
]


@pytest.mark.parametrize(("page", "text"), FLOWS, ids=[page.name for page, _ in FLOWS])
def test_a_flow_that_a_page_shows_is_valid(page: Path, text: str) -> None:
    result = parse_flow(text, load_registry())

    assert result.flow is not None, (page.name, result.diagnostics)


@pytest.mark.parametrize("line", sorted(set(COMMANDS)))
def test_a_command_that_a_page_shows_exists_with_its_options(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = downbeat
    while isinstance(command, click.Group):
        context = click.Context(command)
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found

    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    given = {word.partition("=")[0] for word in words if word.startswith("-")}

    assert given <= options | {"--help", "-h"}


@pytest.mark.parametrize("page", WRITTEN, ids=IDS)
def test_a_setting_that_a_page_names_exists(page: Path) -> None:
    names = set(VARIABLE.findall(page.read_text(encoding="utf-8"))) - NOT_SETTINGS
    free = tuple(FREE_PREFIXES)

    unknown = {name for name in names if name not in SETTINGS and not name.startswith(free)}

    assert {name for name in unknown if name.removesuffix("_FILE") not in SETTINGS} <= {"ENV"}


def test_the_plug_in_of_the_guide_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = list(_blocks(ROOT / "docs" / "how-to" / "plugin.md", "python"))
    module = ModuleType("acme_weather_of_the_guide")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    for source in sources:
        exec(compile(source, "plugin.md", "exec", dont_inherit=True), module.__dict__)
    registry = registry_of([module])
    found = registry.task("acme.weather.Forecast")

    kind = registry.connection("acme.weather")
    assert found is not None
    assert kind is not None
    assert kind.key_of("api_key") == "apiKey"
    for _title, source in found.examples:
        assert parse_flow(source, registry).flow is not None
