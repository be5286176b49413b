"""What all SQL databases have in common: properties, statements, parameters, rows."""
