"""Corpora: what to learn from, its licence and split, and how it becomes tokens."""
