"""Doubles of other systems, on the wire: what cannot run here is answered as it would be."""
