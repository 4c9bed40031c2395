"""How an issue becomes an edition, once: YAML, Jinja2, MJML, premailer, and the text part beside it."""
