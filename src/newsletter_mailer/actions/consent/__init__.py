"""What readers do for themselves on the public pages: join, choose, look again, leave."""
