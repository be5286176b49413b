"""Kills processes of a working instance and asks a witness outside what really happened."""
