"""The flows app: the language, its catalogue and its history."""

from __future__ import annotations

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    """Registers the app and its hooks."""

    name = "flows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from flows import hooks

        hooks.register()
