"""Edition + subscriber -> (envelope, bytes): headers, MIME, slots. Pure: no clock or socket, and one file: the DKIM key."""
