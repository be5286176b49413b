"""The settings of our own, as one frozen value that every part reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from downbeat.settings.environment import Values

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Instance:
    """What the operator decided, typed; `django.conf.settings.DOWNBEAT`."""

    version: str
    home: Path
    process: str | None
    bind: str
    port: int
    public_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    debug: bool
    setup_token: str | None
    portal_dist: Path
    token_max_age: timedelta
    token_cache: timedelta
    second_factor: str
    broker_url: str | None
    storage_root: Path
    storage_url: str | None
    storage_endpoint: str | None
    lease: timedelta
    heartbeat: timedelta
    sweep: timedelta
    poll: timedelta
    drain: timedelta
    wait: timedelta
    concurrency: int | None
    worker_group: str
    message_limit_bytes: int | None
    inline_output_bytes: int
    partition_days_ahead: int
    retention_logs: timedelta
    retention_executions: timedelta
    retention_audit: timedelta
    global_variables: Mapping[str, object]
    task_variables: Mapping[str, str]
    test_types: bool
    launcher: str
    allow_process_launcher: bool
    task_env: tuple[str, ...]
    local_paths: Mapping[str, tuple[str, ...]]
    egress: str
    vault_kubernetes_hosts: tuple[str, ...]
    script_env: Path | None
    task_user: str | None
    task_uid: int | None
    task_gid: int | None
    uv_cache: Path | None


def instance(values: Values, *, home: Path, source_root: Path, version: str) -> Instance:
    """Reads every setting of ours once; a bad one stops the process here, with its name."""
    return Instance(
        version=version,
        home=home,
        process=values.text("PROCESS"),
        bind=values.required("BIND"),
        port=_number(values, "PORT"),
        public_url=values.text("PUBLIC_URL") or "",
        allowed_hosts=_hosts(values),
        trusted_proxies=values.items("TRUSTED_PROXIES"),
        debug=values.flag("DEBUG"),
        setup_token=values.text("SETUP_TOKEN"),
        portal_dist=_path(values, "PORTAL_DIST") or source_root / "frontend" / "dist",
        token_max_age=_days(values, "TOKEN_MAX_DAYS"),
        token_cache=_seconds(values, "TOKEN_CACHE_SECONDS"),
        second_factor=values.required("SECOND_FACTOR"),
        broker_url=values.text("BROKER_URL"),
        storage_root=_path(values, "STORAGE_ROOT") or home / "storage",
        storage_url=values.text("STORAGE_URL"),
        storage_endpoint=values.text("STORAGE_ENDPOINT"),
        **_engine(values),
        **_tasks(values),
    )


def _engine(values: Values) -> dict[str, Any]:
    return {
        "lease": _seconds(values, "LEASE_SECONDS"),
        "heartbeat": _seconds(values, "HEARTBEAT_SECONDS"),
        "sweep": _seconds(values, "SWEEP_SECONDS"),
        "poll": _seconds(values, "POLL_SECONDS"),
        "drain": _seconds(values, "DRAIN_SECONDS"),
        "wait": _seconds(values, "WAIT_SECONDS"),
        "concurrency": values.number("CONCURRENCY"),
        "worker_group": values.required("WORKER_GROUP"),
        "message_limit_bytes": values.number("MESSAGE_LIMIT_BYTES"),
        "inline_output_bytes": _number(values, "INLINE_OUTPUT_BYTES"),
        "partition_days_ahead": _number(values, "PARTITION_DAYS_AHEAD"),
        "retention_logs": _days(values, "RETENTION_LOG_DAYS"),
        "retention_executions": _days(values, "RETENTION_EXECUTION_DAYS"),
        "retention_audit": _days(values, "RETENTION_AUDIT_DAYS"),
        "global_variables": values.json("GLOBALS"),
        "task_variables": dict(values.task_variables),
        "test_types": values.flag("TEST_TYPES"),
    }


def _tasks(values: Values) -> dict[str, Any]:
    return {
        "launcher": values.required("LAUNCHER"),
        "allow_process_launcher": values.flag("ALLOW_PROCESS_LAUNCHER"),
        "task_env": values.items("TASK_ENV"),
        "local_paths": values.folders("LOCAL_PATHS"),
        "egress": values.required("EGRESS"),
        "vault_kubernetes_hosts": values.items("VAULT_KUBERNETES_HOSTS"),
        "script_env": _path(values, "SCRIPT_ENV"),
        "task_user": values.text("TASK_USER"),
        "task_uid": values.number("TASK_UID"),
        "task_gid": values.number("TASK_GID"),
        "uv_cache": _path(values, "UV_CACHE"),
    }


def _number(values: Values, name: str) -> int:
    values.required(name)
    return values.number(name) or 0


def _seconds(values: Values, name: str) -> timedelta:
    return timedelta(seconds=values.seconds(name))


def _days(values: Values, name: str) -> timedelta:
    return timedelta(days=_number(values, name))


def _path(values: Values, name: str) -> Path | None:
    text = values.text(name)
    return Path(text).absolute() if text else None


def _hosts(values: Values) -> tuple[str, ...]:
    public = urlsplit(values.text("PUBLIC_URL") or "").hostname
    named = (*values.items("ALLOWED_HOSTS"), *([public] if public else []))
    return (*LOOPBACK_HOSTS, *named)


def is_app(source_root: Path, name: str) -> bool:
    """Whether that app is there to be installed."""
    return (source_root / name / "apps.py").is_file()


def channel_layer(url: str | None) -> dict[str, object]:
    """Groups of live streams: Redis between web processes, memory within one."""
    if url is None:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    hosts = {"hosts": [url]}
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": hosts}


def logging(level: str) -> dict[str, object]:
    """One line per message on standard error; the supervisor keeps it."""
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": line}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Addresses of receivers may hold keys: who is called is nothing for the log.
        "loggers": {"django.request": {"level": "ERROR"}, "httpx": {"level": "WARNING"}},
    }
