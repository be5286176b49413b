"""Benchmarks: figures and ratios of one run, beside the machine's own limits."""
