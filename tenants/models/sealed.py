"""Columns that hold sealed text only, and the keys that tenants' text is sealed with."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import models
from django.db.models.functions import Now

from downbeat.common.models import TenantOwned

TOKEN: Final = re.compile(r"v[0-9]+\.[0-9a-f]{8,16}\.[A-Za-z0-9+/=]+")


class SealedText(models.TextField):  # type: ignore[type-arg]
    """Text that is encrypted, or empty. Anything else is refused before it reaches the database.

    Each such column stands in the list of what a change of keys seals anew. For migrations it is
    an ordinary text.
    """

    def get_prep_value(self, value: Any) -> Any:
        """The text as it is stored; raises ValueError if it is readable."""
        if isinstance(value, str) and value and not TOKEN.fullmatch(value):
            raise ValueError(f"{self.model.__name__}.{self.name} takes sealed text only")
        return super().get_prep_value(value)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """The field as migrations write it down."""
        name, _, arguments, facts = super().deconstruct()
        return name, "django.db.models.TextField", arguments, facts


class DataKey(TenantOwned):
    """A key that seals a tenant's values, itself sealed by the operator's.

    One of a tenant's keys seals; those that are retired open what they have sealed.
    """

    name = models.CharField(max_length=16)
    wrapped = SealedText()
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_datakey_name"),
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=models.Q(retired_at__isnull=True),
                name="tenants_datakey_seals",
            ),
        ]
