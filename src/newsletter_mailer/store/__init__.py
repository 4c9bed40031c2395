"""The ledger: who is written to, what was planned for whom, and what became of it. All SQL is here."""
