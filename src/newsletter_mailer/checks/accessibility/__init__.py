"""Whether everybody can read the page: with weak eyes, with fingers, with a screen reader, by day and by night."""
