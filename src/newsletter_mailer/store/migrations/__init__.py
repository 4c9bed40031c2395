"""How older ledgers become today's: one step a file, run by `database.py`."""
