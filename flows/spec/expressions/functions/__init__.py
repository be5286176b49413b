"""Functions: what is called by name in `{{ function() }}`."""
