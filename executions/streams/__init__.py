"""Live streams: what was committed, told to whoever watches and may see it."""
