"""What a table is made of, as people write it and as the REST API wants it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field as Property

from downbeat.sdk.fields import Duration, Dyn, Spec, Text
from flows.plugins.gcp.bigquery.options import PartitioningType
from flows.plugins.gcp.bigquery.task import said


class TableType(StrEnum):
    """What kind of table it is."""

    TABLE = "TABLE"
    VIEW = "VIEW"
    MATERIALIZED_VIEW = "MATERIALIZED_VIEW"
    EXTERNAL = "EXTERNAL"
    MODEL = "MODEL"


class FieldType(StrEnum):
    """The type of a column."""

    BOOL = "BOOL"
    INT64 = "INT64"
    FLOAT64 = "FLOAT64"
    NUMERIC = "NUMERIC"
    BIGNUMERIC = "BIGNUMERIC"
    STRING = "STRING"
    BYTES = "BYTES"
    STRUCT = "STRUCT"
    ARRAY = "ARRAY"
    TIMESTAMP = "TIMESTAMP"
    DATE = "DATE"
    TIME = "TIME"
    DATETIME = "DATETIME"
    GEOGRAPHY = "GEOGRAPHY"
    JSON = "JSON"
    INTERVAL = "INTERVAL"
    RANGE = "RANGE"


class FieldMode(StrEnum):
    """Whether a column may be empty, or is a list."""

    NULLABLE = "NULLABLE"
    REQUIRED = "REQUIRED"
    REPEATED = "REPEATED"


class ExternalFormat(StrEnum):
    """What is in the files of an external table."""

    CSV = "CSV"
    JSON = "JSON"
    BIGTABLE = "BIGTABLE"
    DATASTORE_BACKUP = "DATASTORE_BACKUP"
    AVRO = "AVRO"
    GOOGLE_SHEETS = "GOOGLE_SHEETS"
    PARQUET = "PARQUET"
    ORC = "ORC"


class FunctionType(StrEnum):
    """How the code of a function of a view is given."""

    INLINE = "INLINE"
    FROM_URI = "FROM_URI"


class PolicyTags(Spec):
    """Who may see a column."""

    names: Dyn[list[Text] | None] = None


class Column(Spec):
    """One column, or one field of a struct."""

    name: Dyn[Text]
    type: Dyn[FieldType]
    sub_fields: Dyn[list[Column] | None] = None
    """The columns of a struct: each is written as a column is."""
    mode: Dyn[FieldMode | None] = None
    description: Dyn[Text | None] = None
    policy_tags: PolicyTags | None = None

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        tags = self.policy_tags
        return said(
            {
                "name": self.name,
                "type": str(self.type),
                "fields": [one.resource() for one in self.sub_fields or ()] or None,
                "mode": self.mode and str(self.mode),
                "description": self.description,
                "policyTags": {"names": tags.names} if tags and tags.names else None,
            }
        )


class Columns(Spec):
    """The columns of a table."""

    fields: tuple[Column, ...] = ()


class Partitioning(Spec):
    """Partitions by time."""

    type: Dyn[PartitioningType | None] = None
    expiration: Dyn[Duration | None] = None
    field: Dyn[Text | None] = None
    require_partition_filter: Dyn[bool | None] = None

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        kept = self.expiration
        return said(
            {
                "type": str(self.type or PartitioningType.DAY),
                "expirationMs": str(int(kept.total_seconds() * 1000)) if kept else None,
                "field": self.field,
            }
        )


class Range(Spec):
    """From where to where, and how far each partition goes."""

    start: Dyn[int]
    end: Dyn[int]
    interval: Dyn[int]


class RangePartitioning(Spec):
    """Partitions by a number."""

    field: Dyn[Text]
    range: Range

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        told = self.range
        bounds = {"start": told.start, "end": told.end, "interval": told.interval}
        return {"field": self.field, "range": {name: str(one) for name, one in bounds.items()}}


class StandardTable(Spec):
    """How a table of BigQuery's own is laid out."""

    clustering: Dyn[list[Text] | None] = None
    time_partitioning: Partitioning | None = None
    range_partitioning: RangePartitioning | None = None

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        by_time, by_range = self.time_partitioning, self.range_partitioning
        return said(
            {
                "clustering": {"fields": self.clustering} if self.clustering else None,
                "timePartitioning": by_time.resource() if by_time else None,
                "rangePartitioning": by_range.resource() if by_range else None,
                "requirePartitionFilter": by_time.require_partition_filter if by_time else None,
            }
        )


class UserFunction(Spec):
    """A function that a view uses (legacy SQL)."""

    type: Dyn[FunctionType]
    content: Dyn[Text]


class View(Spec):
    """A query under a name."""

    query: Dyn[Text]
    view_user_defined_functions: tuple[UserFunction, ...] = ()

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        functions = [
            {"inlineCode" if one.type is FunctionType.INLINE else "resourceUri": one.content}
            for one in self.view_user_defined_functions
        ]
        return {
            "query": self.query,
            # Functions of this kind exist in legacy SQL alone.
            "useLegacySql": bool(functions),
            **({"userDefinedFunctionResources": functions} if functions else {}),
        }


class MaterializedView(Spec):
    """A query whose rows BigQuery keeps up to date."""

    query: Dyn[Text]
    enable_refresh: Dyn[bool | None] = None
    refresh_interval: Dyn[Duration | None] = None
    last_refresh_date: Dyn[Text | None] = None
    """Read only at BigQuery; taken, so that what an output shows can be given back."""

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        every = self.refresh_interval
        return said(
            {
                "query": self.query,
                "enableRefresh": self.enable_refresh,
                "refreshIntervalMs": str(int(every.total_seconds() * 1000)) if every else None,
            }
        )


class External(Spec):
    """Files that are read where they are."""

    source_uris: Dyn[list[Text]]
    format_type: Dyn[ExternalFormat]
    autodetect: Dyn[bool | None] = None
    compression: Dyn[Text | None] = None
    max_bad_records: Dyn[int | None] = None
    ignore_unknown_values: Dyn[bool | None] = None

    def resource(self) -> dict[str, Any]:
        """As the REST API writes it."""
        word = str(self.format_type)
        return said(
            {
                "sourceUris": self.source_uris,
                "sourceFormat": "NEWLINE_DELIMITED_JSON" if word == "JSON" else word,
                "autodetect": self.autodetect,
                "compression": self.compression,
                "maxBadRecords": self.max_bad_records,
                "ignoreUnknownValues": self.ignore_unknown_values,
            }
        )


class TableDefinition(Spec):
    """What a table is."""

    type: Dyn[TableType | None] = None
    schema_: Columns | None = Property(default=None, alias="schema")
    standard_table_definition: StandardTable | None = None
    materialized_view_definition: MaterializedView | None = None
    view_definition: View | None = None
    external_table_definition: External | None = None

    def resource(self) -> dict[str, Any]:
        """The keys of a table at the REST API."""
        columns = [one.resource() for one in self.schema_.fields] if self.schema_ else []
        standard, view = self.standard_table_definition, self.view_definition
        kept, outside = self.materialized_view_definition, self.external_table_definition
        return said(
            {
                "schema": {"fields": columns} if columns else None,
                "view": view.resource() if view else None,
                "materializedView": kept.resource() if kept else None,
                "externalDataConfiguration": outside.resource() if outside else None,
                **(standard.resource() if standard else {}),
            }
        )


class Encryption(Spec):
    """A key of the customer's own."""

    kms_key_name: Dyn[Text | None] = None


def shown_definition(table: dict[str, Any]) -> dict[str, Any]:
    """What a table is, as outputs show it: the same words as ``TableDefinition``."""
    standard = {
        "clustering": (table.get("clustering") or {}).get("fields"),
        "timePartitioning": table.get("timePartitioning"),
        "rangePartitioning": table.get("rangePartitioning"),
        "streamingBuffer": table.get("streamingBuffer"),
    }
    fields = (table.get("schema") or {}).get("fields")
    return said(
        {
            "type": table.get("type"),
            "schema": {"fields": [_shown_column(one) for one in fields]} if fields else None,
            "standardTableDefinition": said(standard) or None,
            "viewDefinition": table.get("view"),
            "materializedViewDefinition": table.get("materializedView"),
            "externalTableDefinition": table.get("externalDataConfiguration"),
        }
    )


def shown_moment(milliseconds: Any) -> str | None:
    """The REST API's milliseconds as a moment."""
    if milliseconds in (None, ""):
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat()


def _shown_column(field: dict[str, Any]) -> dict[str, Any]:
    inner = field.get("fields")
    found = {name: value for name, value in field.items() if name != "fields"}
    return {**found, "subFields": [_shown_column(one) for one in inner]} if inner else found
