"""Features of the language, each by a flow that a reader could have written, run for real."""
