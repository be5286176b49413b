"""Every DOWNBEAT_* name in one table: its type, its default and what it is for.

The settings are read by it, unknown names are refused by it, and the reference in the docs is
generated from it. A name that is not here does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "DOWNBEAT_"


class Kind(StrEnum):
    """How the text of a variable is read."""

    TEXT = "text"
    NUMBER = "integer"
    SECONDS = "seconds"
    FLAG = "flag"
    LIST = "comma-separated list"
    JSON = "JSON object"
    FOLDERS = "folders by namespace glob"
    URL = "URL"


@dataclass(frozen=True)
class Setting:
    """One variable. Without a default it is unset unless somebody sets it."""

    name: str
    kind: Kind
    default: str | None
    doc: str
    choices: tuple[str, ...] = ()
    secret: bool = False

    @property
    def variable(self) -> str:
        """The name in the environment."""
        return PREFIX + self.name


def _text(name: str, default: str | None, doc: str, *choices: str) -> Setting:
    return Setting(name, Kind.TEXT, default, doc, choices)


def _secret(name: str, doc: str, kind: Kind = Kind.TEXT) -> Setting:
    return Setting(name, kind, None, doc, secret=True)


def _number(name: str, default: int | None, doc: str) -> Setting:
    return Setting(name, Kind.NUMBER, None if default is None else str(default), doc)


def _seconds(name: str, default: float, doc: str) -> Setting:
    return Setting(name, Kind.SECONDS, str(default), doc)


def _flag(name: str, doc: str) -> Setting:
    return Setting(name, Kind.FLAG, "0", doc)


INSTANCE = (
    _text("HOME", ".downbeat", "Folder that holds the state of the embedded server."),
    _text("BIND", "127.0.0.1", "Address on which the web process listens."),
    _number("PORT", 8080, "Port on which the web process listens."),
    Setting("PUBLIC_URL", Kind.URL, None, "Address under which people reach the portal."),
    Setting("ALLOWED_HOSTS", Kind.LIST, None, "Host names that are answered, besides loopback."),
    Setting("TRUSTED_PROXIES", Kind.LIST, None, "Addresses whose X-Forwarded-* are believed."),
    _text("PROCESS", None, "What this process is; the command line sets it."),
    _text("LOG_LEVEL", "INFO", "Least severe message that a process prints."),
    _flag("DEBUG", "Shows stack traces to whoever asks; never on a shared instance."),
    _text("ADMIN_EMAIL", "admin@downbeat.local", "First admin of an embedded server."),
    _secret("ADMIN_PASSWORD", "Password of the first admin; generated when unset."),
    _secret("SETUP_TOKEN", "Needed to set an instance up from beyond loopback."),
    _secret("ENCRYPTION_KEY", "At least 32 bytes of text; comma-separated, the first encrypts."),
    _text("PORTAL_DIST", None, "Folder of the built portal; found beside the code when unset."),
    _secret(
        "SMTP_URL",
        "smtp://user:password@host:587?from=downbeat@example.com, or smtps://.",
        Kind.URL,
    ),
    _number("TOKEN_MAX_DAYS", 365, "Longest life of an API token."),
    _seconds("TOKEN_CACHE_SECONDS", 2, "How long a web process trusts a token it has checked."),
    _text(
        "SECOND_FACTOR",
        "optional",
        "Whether a password alone signs in who has enrolled no second factor.",
        "optional",
        "required",
    ),
    _number("SESSION_HOURS", 24 * 7, "Hours after which a person has to log in again."),
)

DATABASE = (
    _secret("DATABASE_URL", "PostgreSQL as role downbeat_app; unset: embedded.", Kind.URL),
    _secret("DATABASE_SYSTEM_URL", "The same server as role downbeat_system.", Kind.URL),
    _secret("DATABASE_OWNER_URL", "The same server as role downbeat_owner.", Kind.URL),
    _number("DATABASE_POOL", 12, "Most connections that one process keeps per role."),
    _text("PG_BINDIR", None, "Folder of PostgreSQL's binaries for the embedded server."),
    _secret("BROKER_URL", "Redis or RabbitMQ for doorbells; unset: LISTEN/NOTIFY.", Kind.URL),
    _secret(
        "CHANNEL_URL",
        "Redis as channel layer; live streams travel by NOTIFY and do not need it.",
        Kind.URL,
    ),
    _text("STORAGE_ROOT", None, "Folder of internal storage; unset: below the home."),
    Setting("STORAGE_URL", Kind.URL, None, "s3://bucket/prefix instead of a folder."),
    Setting("STORAGE_ENDPOINT", Kind.URL, None, "Address of an S3-compatible service."),
)

ENGINE = (
    _seconds("LEASE_SECONDS", 20, "An attempt without a heartbeat for so long is lost."),
    _seconds("HEARTBEAT_SECONDS", 5, "Pause between two heartbeats of a worker."),
    _seconds("SWEEP_SECONDS", 5, "Pause between two rounds of the sweeper."),
    _seconds("POLL_SECONDS", 2, "How long an idle worker waits for a doorbell."),
    _seconds("DRAIN_SECONDS", 8, "How long a worker that is told to stop lets its tasks end."),
    _number("CONCURRENCY", None, "Tasks that a worker runs at once; unset: by its cores."),
    _text("WORKER_GROUP", "default", "Group whose tasks a worker runs."),
    _number("MESSAGE_LIMIT_BYTES", None, "Most bytes of inputs or outputs; unset: no limit."),
    _number("INLINE_OUTPUT_BYTES", 32 * 1024, "Larger values go to internal storage."),
    _number("PARTITION_DAYS_AHEAD", 7, "Days for which partitions are made in advance."),
    _number("RETENTION_LOG_DAYS", 30, "Days that logs are kept."),
    _number("RETENTION_EXECUTION_DAYS", 180, "Days that finished executions are kept."),
    _number("RETENTION_AUDIT_DAYS", 400, "Days that entries of the audit trail are kept."),
    Setting("GLOBALS", Kind.JSON, "{}", "Values that expressions read as globals."),
    _flag("TEST_TYPES", "Brings task types that exist for tests of the engine only."),
    _seconds("WAIT_SECONDS", 60, "Longest time that a request waits for an execution."),
)

TASKS = (
    _text("LAUNCHER", "auto", "How tasks are started.", "auto", "process", "bubblewrap"),
    _flag("ALLOW_PROCESS_LAUNCHER", "Allows plain processes although there are many tenants."),
    Setting(
        "TASK_ENV",
        Kind.LIST,
        None,
        "Names or globs of variables that tasks get, while there is one tenant.",
    ),
    Setting("LOCAL_PATHS", Kind.FOLDERS, None, "Host folders that a namespace's tasks may touch."),
    _text("EGRESS", "auto", "Whether tasks reach private addresses.", "auto", "open", "guarded"),
    Setting(
        "VAULT_KUBERNETES_HOSTS",
        Kind.LIST,
        None,
        "Vault servers to which workers show their Kubernetes identity.",
    ),
    _text("SCRIPT_ENV", None, "Folder of the Python environment of script tasks."),
    _text("TASK_USER", None, "Account under which tasks run when the worker is root."),
    _number("TASK_UID", None, "Number of that account."),
    _number("TASK_GID", None, "Number of its group."),
    _text("UV_CACHE", None, "Folder in which environments of scripts are cached."),
)

CLIENT = (
    Setting("URL", Kind.URL, None, "Server that the command line talks to."),
    _secret("TOKEN", "API token of the command line."),
    _text("TENANT", "main", "Tenant of the command line."),
    _text("CONFIG", None, "File in which the command line keeps its log-ins."),
)

DEVELOPMENT = (
    _secret("TEST_DATABASE_URL", "Server of the tests, as a superuser; unset: one of their own."),
    Setting("E2E_URL", Kind.URL, None, "Running server for the end-to-end tests."),
    _text("E2E_SCREENSHOTS", None, "Folder for the end-to-end tests' pictures."),
    _text("E2E_EMAIL", None, "Who logs in there."),
    _secret("E2E_PASSWORD", "Their password."),
    _text("E2E_BROWSER", None, "Another Chromium for the end-to-end tests."),
    _text("FAULTPOINTS", None, "Folder through which chaos tests kill at named points."),
)

HANDED_TO_TASKS = (
    _text("EXECUTION_ID", None, "The execution that a task belongs to."),
    _text("IDEMPOTENCY_KEY", None, "The same for all attempts of a task run."),
    _text("FENCE", None, "Grows with every attempt: a late one can be told apart."),
)

GROUPS: dict[str, tuple[Setting, ...]] = {
    "The instance": INSTANCE,
    "Database, wires and storage": DATABASE,
    "Engine and retention": ENGINE,
    "Tasks": TASKS,
    "Command line": CLIENT,
    "Development": DEVELOPMENT,
    "Given to tasks": HANDED_TO_TASKS,
}
SETTINGS: dict[str, Setting] = {item.name: item for group in GROUPS.values() for item in group}

FREE_PREFIXES: dict[str, str] = {
    "ENV_": "Variables that expressions read as envs, by the lower-case rest of the name.",
}


def reference() -> str:
    """The table as Markdown, for the docs."""
    lines = ["# Settings", ""]
    for title, group in GROUPS.items():
        lines += [
            f"## {title}",
            "",
            "| Name | Type | Default | Meaning |",
            "| --- | --- | --- | --- |",
        ]
        lines += [_row(item) for item in group]
        lines.append("")
    lines += [f"`{PREFIX}{prefix}*`: {doc}" for prefix, doc in FREE_PREFIXES.items()]
    lines += ["", "Each name may end in `_FILE`: its value is then read from that file.", ""]
    return "\n".join(lines)


def _row(item: Setting) -> str:
    default = "unset" if item.default is None else f"`{item.default}`"
    kind = " or ".join(item.choices) or item.kind.value
    return f"| `{item.variable}` | {kind} | {default} | {item.doc} |"
