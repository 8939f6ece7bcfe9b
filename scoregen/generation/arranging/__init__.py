"""Arranging: the notes of a score for the players of another ensemble."""
