"""Changes of the tenants app, each one transaction."""
