"""The rules of part-writing, a family a file: pure functions from the lines of a score to findings."""
