"""AWS Secrets Manager.

Source: the API reference of AWS Secrets Manager, GetSecretValue. Credentials are those that
somebody gave for this manager: never the machine's own, which belong to the operator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from downbeat.sdk.egress import public_address
from downbeat.sdk.errors import TaskFailed
from tenants.secret_managers.port import TIMEOUT, Ask, ManagerFailedError, path_of, text_of

_NO_SUCH: Final = "ResourceNotFoundException"
_REFUSED: Final = frozenset(
    {"AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException",
     "ExpiredTokenException", "AccessDenied", "InvalidClientTokenId"}
)  # fmt: skip


class AwsSecretsManager:
    """A secret for each key, below a prefix."""

    settings: Mapping[str, str] = {
        "region": "Such as eu-central-1.",
        "prefix": "Put before the key; may name {tenant}, {namespace} and {namespacePath}.",
        "field": "If secrets are JSON objects: the field that is the value.",
        "roleArn": "A role to take on before asking.",
        "externalId": "For taking on the role.",
        "endpoint": "Another address than the region's own.",
        "cacheSeconds": "How long a worker remembers a value in its memory, 0 to 300.",
    }
    secrets: Mapping[str, str] = {
        "accessKeyId": "Of a user that may only read these secrets.",
        "secretAccessKey": "Of the same user.",
        "sessionToken": "If the credentials are temporary.",
    }

    def wrong(self, config: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, str]:
        """Settings that could not work."""
        found = {
            f"credentials.{name}": "is needed"
            for name in ("accessKeyId", "secretAccessKey")
            if name not in secrets
        }
        if not text_of(config, "region"):
            found["config.region"] = "is needed"
        if (endpoint := text_of(config, "endpoint")) and (
            urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname
        ):
            found["config.endpoint"] = "must be an http or https address"
        return found

    def value(self, ask: Ask) -> str | None:
        """The value of the secret's current version."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = _client(ask, "secretsmanager", _credentials(ask))
            said = client.get_secret_value(SecretId=_name(ask))
        except ClientError as problem:
            code = problem.response.get("Error", {}).get("Code", "")
            if code == _NO_SUCH:
                return None
            reason = "it does not let us read that" if code in _REFUSED else "it refused"
            raise ManagerFailedError(f"{reason}: {code}") from None
        except (BotoCoreError, OSError, ValueError) as problem:
            raise ManagerFailedError(f"it did not answer: {type(problem).__name__}") from None
        return _text(said, text_of(ask.config, "field"))


def _name(ask: Ask) -> str:
    prefix = path_of(text_of(ask.config, "prefix"), ask)
    return f"{prefix}/{ask.key}" if prefix else ask.key


def _text(said: Mapping[str, Any], field: str) -> str | None:
    if "SecretString" not in said:
        raise ManagerFailedError("the secret is binary; only texts can be used")
    text = str(said["SecretString"])
    if not field:
        return text
    try:
        found = json.loads(text).get(field)
    except (ValueError, AttributeError):
        raise ManagerFailedError(f"the secret is no JSON object with a field {field}") from None
    return None if found is None else str(found)


def _credentials(ask: Ask) -> Mapping[str, str]:
    role = text_of(ask.config, "roleArn")
    if not role:
        return ask.credentials
    external = text_of(ask.config, "externalId")
    said = _client(ask, "sts", ask.credentials).assume_role(
        RoleArn=role,
        RoleSessionName="downbeat",
        **({"ExternalId": external} if external else {}),
    )["Credentials"]
    return {
        "accessKeyId": said["AccessKeyId"],
        "secretAccessKey": said["SecretAccessKey"],
        "sessionToken": said["SessionToken"],
    }


def _client(ask: Ask, service: str, credentials: Mapping[str, str]) -> Any:
    import boto3
    from botocore.config import Config

    endpoint = text_of(ask.config, "endpoint")
    if endpoint and ask.guarded:
        parts = urlsplit(endpoint)
        try:
            public_address(parts.hostname or "", parts.port or 443)
        except TaskFailed as problem:
            raise ManagerFailedError(str(problem)) from None
    return boto3.session.Session().client(
        service,
        region_name=ask.config["region"],
        endpoint_url=endpoint or None,
        aws_access_key_id=credentials["accessKeyId"],
        aws_secret_access_key=credentials["secretAccessKey"],
        aws_session_token=credentials.get("sessionToken"),
        config=Config(
            connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 2}
        ),
    )
