"""The refusal of a setting: apart from the settings, which refuse to be imported with a bad one."""

from __future__ import annotations


class BadSetting(ValueError):
    """A variable of the environment is unknown or cannot be read."""
