"""Edition + subscriber -> (envelope, bytes): headers, MIME, slots. Pure: no clock, file or socket."""
