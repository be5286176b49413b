"""HTTP of the tenants app."""
