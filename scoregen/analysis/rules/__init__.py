"""The rules of part-writing, a family a file: pure functions from a texture to findings."""
