"""The Celery application: the wire between machines, and the worker's runtime.

A message carries ids and may be lost or doubled; rows decide what happens. So there are no
results, no late acknowledgement, no countdown and no beat.
"""

from __future__ import annotations

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "downbeat.settings")

app = Celery("downbeat", broker=settings.DOWNBEAT.broker_url or "memory://", set_as_current=True)
app.conf.update(
    accept_content=["json"],
    # Workers poll while the broker is away; to give up on it would end a worker that works.
    broker_connection_max_retries=None,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    # A ring is tried once: whoever rings has just committed, and somebody waits for the answer.
    broker_transport_options={"max_retries": 0, "socket_timeout": 5, "socket_connect_timeout": 2},
    enable_utc=True,
    result_backend=None,
    task_acks_late=False,
    task_default_queue=f"downbeat.{settings.DOWNBEAT.worker_group}",
    task_ignore_result=True,
    task_publish_retry=False,
    task_serializer="json",
    task_store_errors_even_if_ignored=False,
    timezone="UTC",
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
)
app.autodiscover_tasks(["executions"])
