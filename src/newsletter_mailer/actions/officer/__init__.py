"""What the officer's pages stand on: the password by which they are opened."""
