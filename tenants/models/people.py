"""People and service accounts: known to the instance, bound in tenants."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from downbeat.common.models import uuid7


class UserKind(models.TextChoices):
    """A person signs in; a service account has tokens only."""

    STANDARD = "STANDARD"
    SERVICE_ACCOUNT = "SERVICE_ACCOUNT"


class UserManager(BaseUserManager["User"]):
    """Finds people whatever the case of the address they type."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with that e-mail address."""
        return self.get(email=(username or "").strip().lower(), home_tenant=None)


class User(AbstractBaseUser):
    """Somebody who acts. What they may do stands in bindings.

    Instance admins manage the instance and have no other right inside a tenant; super-admins act
    as Admins of every tenant, which is audited, and do not manage the instance. Two flags, apart.

    Who has a home tenant was made by it (a service account, or a person whom its identity provider
    brought) and belongs to no other: their address says nothing outside of it. Raising
    `session_epoch` ends every session of a person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=UserKind.choices, default=UserKind.STANDARD)
    email = models.CharField(max_length=254, null=True)
    first_name = models.CharField(max_length=150, blank=True, default="")
    last_name = models.CharField(max_length=150, blank=True, default="")
    name = models.CharField(max_length=150, blank=True, default="")
    description = models.TextField(blank=True, default="")
    home_tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.DO_NOTHING, null=True, db_constraint=False
    )
    instance_admin = models.BooleanField(default=False)
    super_admin = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    session_epoch = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(home_tenant__isnull=True),
                name="tenants_user_email",
            ),
            models.UniqueConstraint(
                fields=["home_tenant", "email"],
                condition=models.Q(home_tenant__isnull=False),
                name="tenants_user_home_email",
            ),
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end with the password, and when all of them were ended."""
        salt = "tenants.models.people.User.session"
        fact = f"{self.session_epoch}:{self.password}" if self.session_epoch else self.password
        return salted_hmac(salt, fact, secret=secret, algorithm="sha256").hexdigest()

    @property
    def display_name(self) -> str:
        """What others see."""
        full = f"{self.first_name} {self.last_name}".strip()
        return self.name or full or self.email or str(self.id)
