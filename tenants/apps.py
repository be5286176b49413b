"""The tenants app: who may do what, where, how much."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Registers the app's tables, those on guardian's bases included."""

    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """guardian is used in `tenants.access` alone, so its two tables live there."""
        super().import_models()
        import_module("tenants.access.grants")

    def ready(self) -> None:
        """Puts every tenant's storage inside its quotas."""
        from tenants.services import stored

        stored.install()
