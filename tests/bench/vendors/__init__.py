"""What tasks of vendors cost beside their libraries used bare."""
