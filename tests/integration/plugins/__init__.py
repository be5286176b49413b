"""Task types against servers on loopback, without a worker."""
