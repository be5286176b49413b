"""A worker on another machine: no database, no broker, no settings of the server; HTTP alone."""
