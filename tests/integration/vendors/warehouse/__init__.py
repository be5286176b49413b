"""Tasks of BigQuery against a double on the wire."""
