"""The wire out: a message and its envelope go to the mail server, and an outcome comes back."""
