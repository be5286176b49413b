"""HTTP of the flows app: views translate, services write, selectors read."""
