"""The composer: a page on this machine alone that shows an issue while it is written."""
