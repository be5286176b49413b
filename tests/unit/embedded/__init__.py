"""The embedded server's decisions, its tools and its container files, without any server."""
