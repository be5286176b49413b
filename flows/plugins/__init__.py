"""Built-in task and trigger types, one folder per vendor."""
