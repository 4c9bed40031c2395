"""The readers' pages: subscribe, confirm, choose, leave, view in the browser, and the archive."""
