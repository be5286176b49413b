"""Decides what an execution needs next; pure, level-triggered, deterministic."""
