"""The app that makes flows happen."""

from __future__ import annotations

from django.apps import AppConfig


class ExecutionsConfig(AppConfig):
    """Executions: the engine and its shell, triggers, workers and streams."""

    name = "executions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Takes part in what the apps below do."""
        from executions import hooks

        hooks.register()
