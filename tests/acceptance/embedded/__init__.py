"""The embedded server as its operator meets it: starts, kills, stops, backups."""
