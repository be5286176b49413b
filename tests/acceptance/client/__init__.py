"""The official client, unchanged, drives a running server."""
