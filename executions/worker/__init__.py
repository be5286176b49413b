"""Runs attempts: claims nothing, knows no framework; speaks to the platform through a channel."""
