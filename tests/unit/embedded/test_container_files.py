"""The container files hold what a linter and a compose schema would ask for, and our own rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker-1", "worker-2", "scheduler")

TOP_LEVEL = {"name", "services", "volumes", "networks", "secrets", "configs"}
SERVICE_KEYS = {
    "build",
    "cap_drop",
    "command",
    "depends_on",
    "environment",
    "healthcheck",
    "image",
    "init",
    "ports",
    "read_only",
    "restart",
    "security_opt",
    "stop_grace_period",
    "tmpfs",
    "volumes",
}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"\d+(ms|s|m|h)")


def _instructions() -> list[tuple[str, str]]:
    """Instruction and arguments, continuation lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.strip() for line in joined.splitlines() if line.strip()]
    return [(head, rest) for head, _, rest in (line.partition(" ") for line in lines)]


def test_compose_uses_known_keys_only() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} <= TOP_LEVEL
    for name, service in SERVICES.items():
        assert set(service) <= SERVICE_KEYS, name


def test_compose_values_have_the_right_shapes() -> None:
    for name, service in SERVICES.items():
        assert "image" in service or "build" in service, name
        assert isinstance(service.get("environment", {}), dict), name
        command = service.get("command", [])
        assert isinstance(command, str | list), name
        assert all(isinstance(word, str) for word in command), name
        assert service["restart"] in ("no", "always", "on-failure", "unless-stopped"), name
        if "stop_grace_period" in service:
            assert DURATION.fullmatch(service["stop_grace_period"]), name


def test_what_a_service_waits_for_exists_and_can_be_waited_for() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            assert how["condition"] in CONDITIONS, name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], name


def test_health_checks_are_complete() -> None:
    for service in SERVICES.values():
        if check := service.get("healthcheck"):
            assert check["test"][0] in ("CMD", "CMD-SHELL")
            assert all(DURATION.fullmatch(check[key]) for key in ("interval", "timeout"))


def test_named_volumes_are_declared() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith((".", "/")) or source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_are_known_commands(name: str) -> None:
    from downbeat.cli.main import COMMANDS

    assert SERVICES[name]["command"][0] in COMMANDS


@pytest.mark.parametrize("name", OURS)
def test_our_processes_get_known_settings_only(name: str) -> None:
    from downbeat.settings.catalogue import SETTINGS

    for variable in SERVICES[name]["environment"]:
        assert variable.removeprefix("DOWNBEAT_") in SETTINGS, variable


def test_the_web_process_holds_one_database_role() -> None:
    held = [name for name in SERVICES["web"]["environment"] if "DATABASE" in name]

    assert held == ["DOWNBEAT_DATABASE_URL"]


def test_no_worker_may_change_tables() -> None:
    for name in ("worker-1", "worker-2"):
        assert "DOWNBEAT_DATABASE_OWNER_URL" not in SERVICES[name]["environment"]


def test_no_secret_has_a_value_in_the_repository() -> None:
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|TOKEN|DATABASE", variable):
                assert ":?" in str(value), variable
    for line in (ROOT / "docker" / "example.env").read_text().splitlines():
        if re.match("[A-Z_]*(PASSWORD|KEY|TOKEN)=", line):
            assert line.endswith("="), line


def test_every_variable_is_explained_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker" / "compose.yaml").read_text()))
    declared = set(re.findall(r"^([A-Z_]+)=", (ROOT / "docker" / "example.env").read_text(), re.M))

    assert used == declared


def test_only_loopback_is_published() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_base_images_have_versions_and_stages_have_names() -> None:
    for head, rest in _instructions():
        if head == "FROM":
            image, _, stage = rest.partition(" AS ")
            assert re.search(r":[\w.-]+$", image), rest
            assert not image.endswith(":latest")
            assert stage, rest


def test_the_image_does_not_run_as_root() -> None:
    users = [rest for head, rest in _instructions() if head == "USER"]

    assert users
    assert users[-1].split(":")[0] not in ("root", "0")


def test_the_dockerfile_keeps_to_a_linters_rules() -> None:
    for head, rest in _instructions():
        assert head in {
            "FROM", "WORKDIR", "COPY", "RUN", "ENV", "LABEL", "USER", "EXPOSE", "ENTRYPOINT", "CMD"
        }, head  # fmt: skip
        if head == "WORKDIR":
            assert rest.startswith("/")
        if head in ("ENTRYPOINT", "CMD"):
            assert rest.startswith("[")
        if head == "RUN" and "apt-get install" in rest:
            assert "--no-install-recommends" in rest
            assert "rm -rf /var/lib/apt/lists/*" in rest
        assert "sudo " not in rest
        assert not re.search(r"\b(curl|wget)\b.*\|", rest)


def test_what_is_installed_is_pinned_by_hash() -> None:
    for head, rest in _instructions():
        if head == "RUN":
            for command in rest.split("&&"):
                if "pip sync" in command or "pip install" in command:
                    assert "--require-hashes" in command or "--no-deps" in command, command
                if "npm" in command and "run" not in command.split():
                    assert " ci " in command, command


def test_copied_sources_exist() -> None:
    for head, rest in _instructions():
        if head == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists() or source.startswith("frontend"), source
