"""Permission of the mail provider instead of a password (OAuth 2.0, RFC 6749): asked for once, renewed as it goes."""
