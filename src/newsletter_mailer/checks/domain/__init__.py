"""Whether a domain's DNS lets the world believe that a mail is from it: SPF, DKIM and DMARC."""
