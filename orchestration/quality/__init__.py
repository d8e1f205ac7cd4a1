"""The two doors: what is measured of landed and published tables, and judged."""
