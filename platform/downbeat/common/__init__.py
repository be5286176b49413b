"""Domain-free ground of the apps: scope, models, events, storage, HTTP conventions."""
