"""What the law wants every reader to find in a mail: who writes, why, and how it ends."""
