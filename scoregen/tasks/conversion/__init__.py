"""A score moved to another key or octave, at concert or written pitch, and its parts."""
