"""Where links lead, and by which words. Nothing is asked of the network here: see `checks.links`."""
