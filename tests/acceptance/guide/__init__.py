"""The two flows of the guide, as they stand, against counterparts on the wire."""
