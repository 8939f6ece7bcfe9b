"""Evaluation: comparable figures for the distance of pieces from a reference."""
