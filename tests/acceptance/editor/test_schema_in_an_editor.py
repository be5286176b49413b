"""The committed schema in the language server that editors use for YAML."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.acceptance.editor.language_server import LanguageServer, serving

ROOT: Final = Path(__file__).resolve().parents[3]
SCHEMA: Final = ROOT / "docs" / "reference" / "flow.schema.json"
PACKAGE: Final = "yaml-language-server@1.25.0"
NPM: Final = shutil.which("npm")
FLOW: Final = """\
id: greeting
namespace: demo.start
inputs:
  - id: name
    type: STRING
    defaults: you
tasks:
  - id: say
    type: core.log.Log
    message: "Hello {{ inputs.name }}"
  - id: group
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: one
        type: core.debug.Return
        format: "1"
triggers:
  - id: daily
    type: core.trigger.Schedule
    cron: "0 8 * * *"
"""

pytestmark = [
    pytest.mark.vendors,
    pytest.mark.skipif(NPM is None, reason="npm is not installed: no language server"),
]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """The language server, fetched into a folder of its own."""
    folder = tmp_path_factory.mktemp("language-server")
    command = [str(NPM), "install", "--silent", "--no-audit", "--no-fund", PACKAGE]
    fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        pytest.skip(f"npm cannot fetch {PACKAGE}: {fetched.stderr[-300:]}")
    with serving([str(folder / "node_modules" / ".bin" / "yaml-language-server")], SCHEMA) as found:
        yield found


def labels(answer: Any) -> list[str]:
    items = answer["items"] if isinstance(answer, dict) else answer
    return [str(item["label"]) for item in items]


def test_a_valid_flow_has_no_findings(editor: LanguageServer) -> None:
    assert editor.findings("valid", FLOW) == []


def test_an_unknown_key_is_found_where_it_stands(editor: LanguageServer) -> None:
    found = editor.findings("bad-key", FLOW.replace("message:", "mesage:"))

    unknown = [one for one in found if "mesage" in one["message"]]
    assert [one["range"]["start"]["line"] for one in unknown] == [9], found


def test_a_value_of_the_wrong_type_is_found(editor: LanguageServer) -> None:
    found = editor.findings("bad-value", FLOW + "concurrency: {limit: many}\n")

    assert any(one["range"]["start"]["line"] == 20 for one in found), found


def test_types_are_offered(editor: LanguageServer) -> None:
    text = FLOW.replace("type: core.log.Log", "type: core.log.")

    offered = labels(editor.at("completion", "types", text, 8, 19))

    assert {"core.log.Log", "core.log.Fetch"} <= set(offered)


def test_properties_of_a_type_are_offered(editor: LanguageServer) -> None:
    text = FLOW.replace('    message: "Hello {{ inputs.name }}"\n', "    message: x\n    le\n")

    offered = labels(editor.at("completion", "properties", text, 10, 6))

    assert "level" in offered


def test_a_key_is_explained_where_it_stands(editor: LanguageServer) -> None:
    told = editor.at("hover", "hover", FLOW, 18, 5)

    assert told is not None
    assert told["contents"]
