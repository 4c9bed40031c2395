"""Pictures: what they weigh, how sharp they are, and what is said to those who do not see them."""
