"""Plans: what is settled before any note is chosen."""
