"""The rules of part-writing, one family per file: pure functions from the lines of a score to findings."""
