"""Links that are followed and letters that are opened: where they lead, and what is kept of it."""
