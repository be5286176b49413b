"""Searches for texts that parsing or rendering does not answer: crashes, hangs, floods."""
