"""Python scripts, and commands in a Python environment."""

from __future__ import annotations

from flows.plugins.scripts.python.tasks import Commands, Script

PLUGINS = (Commands, Script)
