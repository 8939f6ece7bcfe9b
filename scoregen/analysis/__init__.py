"""Analysis: keys, chords, form and part-writing, computed from a score and never stored in it."""
