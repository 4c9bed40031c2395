"""The wire in: mailboxes to which readers answer, and what their mails ask for."""
