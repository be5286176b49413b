"""Second factors: one-time codes, recovery codes and passkeys. Pure."""
