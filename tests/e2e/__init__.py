"""Journeys through the portal: a real server, a real browser, visible labels only."""
