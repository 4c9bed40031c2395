"""The one YAML reader: plain data with the place of every value, and every problem in words."""
