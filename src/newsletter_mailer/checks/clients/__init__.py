"""Whether the mail programs of the readers show the page as it is meant."""
