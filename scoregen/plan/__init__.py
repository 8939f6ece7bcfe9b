"""Plans: what is fixed before any note is sampled."""
