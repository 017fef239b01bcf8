"""The charts: each function takes a table and returns the bytes of an SVG or PNG file, always the same for one table."""
