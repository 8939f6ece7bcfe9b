"""The works of a corpus that others are compared with, read once and cached."""
