"""Tasks of dbt with the real dbt."""
