"""What a report asks of the ledger: sums made where the rows are, lists read row by row."""
