"""What flows may write of vendors' types, and read from them, as their documents list it.

The table is the vendors' own; a name that is missing here would refuse a flow that runs elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from pydantic import AliasChoices, BaseModel

from downbeat.sdk.script import ScriptTask
from downbeat.sdk.task import Task
from flows.spec.registry import load_registry
from tests.support.run_context import made

REGISTRY: Final = load_registry()
ROOT: Final = Path(__file__).parents[3]

AIRBYTE = "url username password token httpTimeout options applicationCredentials"
AWS = (
    "region endpointOverride compatibilityMode forcePathStyle accessKeyId secretKeyId sessionToken "
    "stsRoleArn stsRoleExternalId stsRoleSessionName stsEndpointOverride stsRoleSessionDuration"
)
LISTED = (
    "bucket requestPayer prefix delimiter marker encodingType maxKeys expectedBucketOwner regexp "
    "filter"
)
SCRIPT = (
    "taskRunner runner docker containerImage env warningOnStdErr beforeCommands interpreter "
    "failFast targetOS inputFiles outputFiles namespaceFiles outputDirectory"
)
PYTHON = (
    f"{SCRIPT} dependencies pythonVersion dependencyCacheEnabled packageManager "
    "uvAutoInstallEnabled uvInstallerVersion uvInstallerSha256"
)
VERB = (
    "failFast warnError debug projectDir dbtPath profiles containerImage runner docker "
    "dockerOptions env parseRunResults namespaceFiles inputFiles outputFiles taskRunner thread "
    "fullRefresh target selector select exclude"
)
WEBHOOK = "options url payload messageText"
OF_EXECUTION = (
    f"{WEBHOOK} channel username iconUrl iconEmoji templateUri templateRenderMap executionId "
    "customFields customMessage"
)
GCP = "projectId serviceAccount impersonatedServiceAccount scopes location retryAuto"
JOB = f"{GCP} destinationTable writeDisposition createDisposition jobTimeout labels dryRun"
LOAD = (
    f"{GCP} destinationTable clusteringFields schemaUpdateOptions timePartitioningField "
    "timePartitioningType writeDisposition autodetect createDisposition ignoreUnknownValues "
    "maxBadRecords schema format csvOptions avroOptions from"
)
QUERY = (
    f"{JOB} sql legacySql fetch store fetchOne fetchType clusteringFields schemaUpdateOptions "
    "timePartitioningField timePartitioningType rangePartitioningField rangePartitioningStart "
    "rangePartitioningEnd rangePartitioningInterval defaultDataset priority allowLargeResults "
    "useQueryCache flattenResults useLegacySql maximumBillingTier maximumBytesBilled maxResults"
)
UPLOAD = (
    "from key metadata cacheControl contentType contentEncoding contentDisposition contentLanguage "
    "contentLength expires acl storageClass serverSideEncryption bucketKeyEnabled checksum "
    "checksumAlgorithm expectedBucketOwner objectLockMode objectLockLegalHoldStatus "
    "objectLockRetainUntilDate tagging concurrentUploads"
)
TABLE_OUTPUTS = (
    "projectId datasetId table etag generatedId selfLink friendlyName description creationTime "
    "expirationTime lastModifiedTime numBytes numLongTermBytes numRows definition "
    "encryptionConfiguration labels requirePartitionFilter"
)
OF_SCRIPTS = "vars exitCode outputFiles"
VERBS = ("Build", "Run", "Test", "Seed", "Snapshot", "Compile", "Deps", "List", "Freshness")

# Type → properties, outputs.
DOCUMENTED: Final[dict[str, tuple[str, str]]] = {
    "airbyte.connections.Sync": (
        f"{AIRBYTE} connectionId wait maxDuration pollFrequency failOnActiveSync",
        "jobId alreadyRunning",
    ),
    "airbyte.connections.CheckStatus": (
        f"{AIRBYTE} jobId maxDuration pollFrequency",
        "finalJobStatus",
    ),
    "dbt.cli.DbtCLI": (
        (
            f"{SCRIPT} commands profiles projectDir parseRunResults storeManifest loadManifest "
            "logFormat engine"
        ),
        OF_SCRIPTS,
    ),
    **{f"dbt.cli.{verb}": (VERB, OF_SCRIPTS) for verb in VERBS},
    "slack.SlackIncomingWebhook": (WEBHOOK, ""),
    "slack.SlackExecution": (OF_EXECUTION, ""),
    "notifications.slack.SlackIncomingWebhook": (WEBHOOK, ""),
    "notifications.slack.SlackExecution": (OF_EXECUTION, ""),
    "aws.s3.Trigger": (f"{AWS} {LISTED} interval action moveTo on maxFiles stateKey stateTtl", ""),
    "aws.s3.List": (f"{AWS} {LISTED} maxFiles", "objects"),
    "aws.s3.Download": (
        (
            f"{AWS} bucket requestPayer key versionId prefix delimiter marker maxKeys regexp maxFiles "
            "expectedBucketOwner validateChecksum"
        ),
        (
            "uri contentLength contentType metadata files checksumAlgorithm checksumValue eTag "
            "versionId"
        ),
    ),
    "aws.s3.Downloads": (
        f"{AWS} {LISTED} maxFiles action moveTo validateChecksum",
        "objects outputFiles",
    ),
    "aws.s3.Upload": (
        f"{AWS} bucket requestPayer {UPLOAD}",
        "bucket key files eTag versionId",
    ),
    "aws.s3.Copy": (f"{AWS} from to delete", "bucket key eTag versionId"),
    "aws.s3.Delete": (
        f"{AWS} bucket requestPayer key bypassGovernanceRetention mfa",
        "versionId deleteMarker requestCharged",
    ),
    "aws.s3.DeleteList": (f"{AWS} {LISTED} concurrent errorOnEmpty", "count size"),
    "aws.s3.CreateBucket": (
        (
            f"{AWS} bucket grantFullControl grantRead grantReadACP grantWrite grantWriteACP acl "
            "objectLockEnabledForBucket"
        ),
        "bucket region",
    ),
    "scripts.python.Script": (f"{PYTHON} script", ""),
    "scripts.python.Commands": (f"{PYTHON} commands", ""),
    "gcp.bigquery.Load": (f"{LOAD} failedOnEmpty", "jobId destinationTable rows"),
    "gcp.bigquery.LoadFromGcs": (LOAD, "jobId destinationTable rows"),
    "gcp.bigquery.Query": (QUERY, "jobId rows row size uri destinationTable"),
    "gcp.bigquery.Copy": (f"{JOB} sourceTables operationType", "jobId"),
    "gcp.bigquery.CreateTable": (
        (
            f"{GCP} dataset table tableDefinition friendlyName description labels "
            "requirePartitionFilter encryptionConfiguration expirationDuration"
        ),
        TABLE_OUTPUTS,
    ),
    "gcp.bigquery.DeleteTable": (f"{GCP} dataset table", "projectId datasetId table"),
    "gcp.bigquery.ExtractToGcs": (
        (
            f"{GCP} sourceTable destinationUris compression fieldDelimiter format useAvroLogicalTypes "
            "jobTimeoutMs labels printHeader"
        ),
        "jobId sourceTable destinationUris fileCounts",
    ),
}

# Properties that no task of these vendors reads, and why that is right.
UNREAD: Final = {
    "encoding_type": "keys always travel encoded and are shown as they are",
    "connection_pool_idle_timeout": "a connection lives for one request",
    "last_refresh_date": "the service tells it; it cannot be set",
}


def _names(spec: type[BaseModel]) -> frozenset[str]:
    """Every key that a property may be written with."""
    found: set[str] = set()
    for name, field in spec.model_fields.items():
        match field.validation_alias:
            case AliasChoices() as choices:
                found |= {str(choice) for choice in choices.choices}
            case None:
                found.add(field.alias or name)
            case alias:
                found.add(str(alias))
    return frozenset(found)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_documented_property_may_be_written(name: str) -> None:
    found = REGISTRY.find(f"io.kestra.plugin.{name}")

    assert found is not None
    assert set(DOCUMENTED[name][0].split()) - _names(found) == set()


@pytest.mark.parametrize("name", [name for name, (_, outputs) in DOCUMENTED.items() if outputs])
def test_every_documented_output_is_declared(name: str) -> None:
    found = REGISTRY.find(name)

    assert found is not None
    assert issubclass(found, Task)
    assert set(DOCUMENTED[name][1].split()) - set(found.outputs_schema) == set()


def _specs(found: Any, seen: set[type[BaseModel]]) -> None:
    """Collects a type of the language and the parts that its properties are made of."""
    if isinstance(found, type) and issubclass(found, BaseModel) and found not in seen:
        seen.add(found)
        for field in found.model_fields.values():
            _specs(field.annotation, seen)
    for argument in get_args(found):
        _specs(argument, seen)


def _properties() -> frozenset[str]:
    """The properties that these types have beyond those of any task, by their names in the code."""
    specs: set[type[BaseModel]] = set()
    for type_name in DOCUMENTED:
        _specs(REGISTRY.find(type_name), specs)
    of_any = {*Task.model_fields, "type"}
    return frozenset({name for spec in specs for name in spec.model_fields} - of_any)


def test_every_property_is_read_somewhere() -> None:
    folders = ("flows", "executions", "platform/downbeat/sdk")
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
    )

    unread = {name for name in _properties() if not re.search(rf'[."]{name}\b', code)}

    assert unread == set(UNREAD)


def _notices(type_name: str, **properties: Any) -> str:
    found = REGISTRY.task(type_name)
    assert found is not None
    assert issubclass(found, ScriptTask)
    return "\n".join(made(found, **properties).program().notices)


@pytest.mark.parametrize(
    ("type_name", "properties", "said"),
    [
        ("scripts.python.Script", {"runner": "DOCKER"}, "container image is ignored"),
        ("scripts.python.Script", {"docker": {"image": "a"}}, "container image is ignored"),
        ("scripts.python.Script", {"targetOS": "WINDOWS"}, "WINDOWS' is ignored"),
        ("scripts.python.Script", {"uvAutoInstallEnabled": False}, "the worker's uv"),
        ("scripts.python.Script", {"uvInstallerSha256": "0"}, "the worker's uv"),
        ("dbt.cli.Run", {"dockerOptions": {"image": "a"}}, "container image is ignored"),
        ("dbt.cli.Run", {"containerImage": "a"}, "container image is ignored"),
    ],
)
def test_what_has_no_effect_here_is_said(
    type_name: str, properties: dict[str, Any], said: str
) -> None:
    program = {"script": "1"} if type_name == "scripts.python.Script" else {}

    assert said in _notices(type_name, **program, dependencies=["a"], **properties)


def test_a_script_that_asks_for_nothing_special_is_told_nothing() -> None:
    assert _notices("scripts.python.Script", script="1", runner="PROCESS", targetOS="LINUX") == ""
