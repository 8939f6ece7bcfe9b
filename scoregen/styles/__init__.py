"""Styles: the properties of a kind of music beyond its ensemble, as data."""
