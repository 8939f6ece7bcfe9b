"""Other editions of a score: concert or written pitch, single parts, chord symbols that are heard."""
