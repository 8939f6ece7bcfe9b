"""Chords that are given to new voices: symbols, numerals, figures; and what became of them."""
