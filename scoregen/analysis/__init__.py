"""What stands in the notes: findings computed from a score, nothing of them stored in it."""
