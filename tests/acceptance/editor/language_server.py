"""A yaml-language-server in a process of its own, as an editor talks to one."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PATIENCE: Final = 120.0


class LanguageServer:
    """Asks and is told, over the server's standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes], schema: Path) -> None:
        self._process, self._schema = process, schema
        self._answers: dict[int, queue.Queue[Any]] = {}
        self._findings: dict[str, queue.Queue[Any]] = {}
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def begin(self) -> None:
        """The greeting, with the settings that an editor would have."""
        capabilities = {"workspace": {"configuration": True}, "textDocument": {}}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._tell("initialized", {})

    def ask(self, method: str, facts: Mapping[str, Any]) -> Any:
        """The answer to a question."""
        self._number += 1
        answer = self._answers[self._number] = queue.Queue()
        self._write({"id": self._number, "method": method, "params": facts})
        return answer.get(timeout=PATIENCE)

    def open(self, name: str, text: str) -> str:
        """Opens a file; returns its address."""
        uri = f"file:///flows/{name}.yaml"
        self._findings[uri] = queue.Queue()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def findings(self, name: str, text: str) -> list[Mapping[str, Any]]:
        """What the server finds wrong with a file."""
        found: list[Mapping[str, Any]] = self._findings[self.open(name, text)].get(timeout=PATIENCE)
        return found

    def at(self, method: str, name: str, text: str, line: int, column: int) -> Any:
        """The answer to a question about a place in a file."""
        where = {"line": line, "character": column}
        document = {"uri": self.open(name, text)}
        return self.ask(f"textDocument/{method}", {"textDocument": document, "position": where})

    def _tell(self, method: str, facts: Mapping[str, Any]) -> None:
        self._write({"method": method, "params": facts})

    def _write(self, message: Mapping[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self._process.stdin.flush()

    def _listen(self) -> None:
        while (message := self._read()) is not None:
            match message:
                case {"method": "workspace/configuration", "params": {"items": items}}:
                    self._write({"id": message["id"], "result": self._settings(items)})
                case {"method": "textDocument/publishDiagnostics", "params": found}:
                    if found["uri"] in self._findings:
                        self._findings[found["uri"]].put(found["diagnostics"])
                case {"method": _, "id": number}:
                    self._write({"id": number, "result": None})
                case {"id": int(number)}:
                    self._answers[number].put(message.get("result"))

    def _settings(self, items: Sequence[Mapping[str, Any]]) -> list[Any]:
        ours = {
            "schemas": {self._schema.as_uri(): "/flows/*.yaml"},
            "schemaStore": {"enable": False},
            "validate": True,
            "completion": True,
            "hover": True,
        }
        return [ours if item.get("section") == "yaml" else {} for item in items]

    def _read(self) -> dict[str, Any] | None:
        source = self._process.stdout
        assert source is not None
        length = 0
        while line := source.readline().strip():
            name, _, value = line.decode().partition(":")
            if name.lower() == "content-length":
                length = int(value)
        found: dict[str, Any] | None = json.loads(source.read(length)) if length else None
        return found


@contextmanager
def serving(command: Sequence[str], schema: Path) -> Iterator[LanguageServer]:
    """A running server that knows the schema for all flows."""
    process = subprocess.Popen(
        [*command, "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = LanguageServer(process, schema)
        server.begin()
        yield server
    finally:
        process.kill()
        process.wait()
