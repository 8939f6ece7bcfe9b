"""From what was played to what is notated: beats, metre, note values, and the notes of recordings."""
