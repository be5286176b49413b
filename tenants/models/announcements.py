"""What is told to everybody at the top of each page."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned, uuid7


class Told(models.Model):
    """A message and when it is shown; without dates, from now on and until it is taken away."""

    message = models.TextField()
    kind = models.CharField(max_length=10)
    dismissible = models.BooleanField(default=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    by_name = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Announcement(TenantOwned, Told):
    """Of a tenant's admins, to its people."""

    class Meta(TenantOwned.Meta):
        abstract = False


class InstanceAnnouncement(Told):
    """Of the instance's operators, to the people of every tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        default_permissions = ()
