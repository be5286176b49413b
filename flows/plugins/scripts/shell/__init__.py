"""Shell scripts and commands."""

from __future__ import annotations

from flows.plugins.scripts.shell.tasks import Commands, Script

PLUGINS = (Commands, Script)
