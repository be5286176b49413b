"""The composition root's app: loads the Celery application when Django is ready."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class DownbeatConfig(AppConfig):
    """Wires what has to exist in every process."""

    name = "downbeat"
    label = "downbeat"

    def ready(self) -> None:
        """Tasks are shared by the application that exists when they are declared."""
        import_module("downbeat.celery")
