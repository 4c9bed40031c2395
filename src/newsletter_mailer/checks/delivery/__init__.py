"""Whether the mail as it leaves is one that mailbox providers take."""
