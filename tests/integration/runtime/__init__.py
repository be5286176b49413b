"""The shell around the engine, on a real PostgreSQL."""
