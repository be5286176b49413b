"""Words that tasks of BigQuery share: dispositions, formats, partitions."""

from __future__ import annotations

from enum import StrEnum

from downbeat.sdk.fields import Dyn, Spec, Text


class WriteDisposition(StrEnum):
    """What happens to a table that exists."""

    WRITE_TRUNCATE = "WRITE_TRUNCATE"
    WRITE_TRUNCATE_DATA = "WRITE_TRUNCATE_DATA"
    WRITE_APPEND = "WRITE_APPEND"
    WRITE_EMPTY = "WRITE_EMPTY"


class CreateDisposition(StrEnum):
    """What happens when there is no table."""

    CREATE_IF_NEEDED = "CREATE_IF_NEEDED"
    CREATE_NEVER = "CREATE_NEVER"


class SchemaUpdateOption(StrEnum):
    """How a job may change the schema of the table that it writes to."""

    ALLOW_FIELD_ADDITION = "ALLOW_FIELD_ADDITION"
    ALLOW_FIELD_RELAXATION = "ALLOW_FIELD_RELAXATION"


class PartitioningType(StrEnum):
    """How long a partition is."""

    DAY = "DAY"
    HOUR = "HOUR"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Priority(StrEnum):
    """How soon a query is run."""

    INTERACTIVE = "INTERACTIVE"
    BATCH = "BATCH"


class LoadFormat(StrEnum):
    """What is in the files that are loaded."""

    CSV = "CSV"
    JSON = "JSON"
    AVRO = "AVRO"
    PARQUET = "PARQUET"
    ORC = "ORC"

    @property
    def vendor_word(self) -> str:
        """As the REST API calls it."""
        return "NEWLINE_DELIMITED_JSON" if self is LoadFormat.JSON else self.value


class OperationType(StrEnum):
    """What a copy makes."""

    COPY = "COPY"
    SNAPSHOT = "SNAPSHOT"
    RESTORE = "RESTORE"
    CLONE = "CLONE"


class CsvOptions(Spec):
    """How a CSV file is read."""

    allow_jagged_rows: Dyn[bool | None] = None
    allow_quoted_new_lines: Dyn[bool | None] = None
    encoding: Dyn[Text | None] = None
    field_delimiter: Dyn[Text | None] = None
    quote: Dyn[Text | None] = None
    skip_leading_rows: Dyn[int | None] = None

    def configuration(self) -> dict[str, object]:
        """As the REST API writes it."""
        rows = self.skip_leading_rows
        return {
            "allowJaggedRows": self.allow_jagged_rows,
            "allowQuotedNewlines": self.allow_quoted_new_lines,
            "encoding": self.encoding,
            "fieldDelimiter": self.field_delimiter,
            "quote": self.quote,
            "skipLeadingRows": None if rows is None else str(rows),
        }


class AvroOptions(Spec):
    """How an Avro file is read."""

    use_avro_logical_types: Dyn[bool | None] = None
