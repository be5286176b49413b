"""jq in expressions: simple paths read here, programs run by the real jq in a fenced process."""
