"""Which tokens of others a tenant trusts, and why one is or is not believed. Pure."""
