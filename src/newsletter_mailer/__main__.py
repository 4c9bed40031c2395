"""`python -m newsletter_mailer` is the same as the `newsletter` command."""

from newsletter_mailer.cli import main

if __name__ == "__main__":
    main()
