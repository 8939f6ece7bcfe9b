"""Styles: what pieces of a kind have in common beyond their ensemble, as data."""
