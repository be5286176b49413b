"""Tests of the generators of the references, and of what the pages show."""
