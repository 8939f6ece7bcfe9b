"""Songs as words with chords: ChordPro, and chords on lines over the words."""
