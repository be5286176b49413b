"""The kinds of managers that can be configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenants.secret_managers.aws import AwsSecretsManager
from tenants.secret_managers.port import SecretManagerPort
from tenants.secret_managers.vault import Vault

BUILT_IN: Final = "BUILT_IN"
ADAPTERS: Final[Mapping[str, SecretManagerPort]] = {
    "VAULT": Vault(),
    "AWS_SECRETS_MANAGER": AwsSecretsManager(),
}
