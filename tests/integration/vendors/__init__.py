"""Plug-ins of vendors against counterparts on the wire."""
