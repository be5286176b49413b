"""Worker groups, and workers that know their server by HTTP alone."""
