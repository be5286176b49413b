"""Single sign-on with real identity providers, over HTTP, on a whole server."""
