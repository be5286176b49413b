"""Filters: what stands after the bar in `{{ value | filter }}`."""
