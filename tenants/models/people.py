"""People and service accounts: known to the instance, bound in tenants."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from downbeat.common.models import uuid7


class UserKind(models.TextChoices):
    """A person signs in; a service account has tokens only."""

    STANDARD = "STANDARD"
    SERVICE_ACCOUNT = "SERVICE_ACCOUNT"


class UserManager(BaseUserManager["User"]):
    """Finds people whatever the case of the address they type."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with that e-mail address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who acts. What they may do stands in bindings; instance admins manage the instance
    and have no other right inside a tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=UserKind.choices, default=UserKind.STANDARD)
    email = models.CharField(max_length=254, unique=True, null=True)
    first_name = models.CharField(max_length=150, blank=True, default="")
    last_name = models.CharField(max_length=150, blank=True, default="")
    name = models.CharField(max_length=150, blank=True, default="")
    description = models.TextField(blank=True, default="")
    home_tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.DO_NOTHING, null=True, db_constraint=False
    )
    instance_admin = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        default_permissions = ()

    @property
    def display_name(self) -> str:
        """What others see."""
        full = f"{self.first_name} {self.last_name}".strip()
        return self.name or full or self.email or str(self.id)
