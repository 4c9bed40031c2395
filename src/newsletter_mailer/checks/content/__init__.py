"""What an issue says: its subject, its dates, its merge tags, its typography, its blocks."""
