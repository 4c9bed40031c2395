"""The nouns: values only. No clock, file, socket, SQL or template is known here."""
