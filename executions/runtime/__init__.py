"""The imperative shell around the engine: claims, leases, turns, timers and the worker process."""
