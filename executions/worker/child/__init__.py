"""Runs inside task processes: standard library only, for the interpreter of any environment."""
