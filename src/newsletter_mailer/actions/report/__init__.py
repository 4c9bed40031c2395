"""The report of a campaign: who got it, who did not and why, and a receipt that can be verified."""
