"""Evaluation: how far pieces in four voices are from a reference, in figures that can be compared."""
