"""Whether everything is in order before mails leave: this computer, the ledger, the mail server, the domain."""
