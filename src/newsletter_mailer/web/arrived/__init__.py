"""A page that shows the mails that a sandbox took: nothing of it leaves the machine."""
