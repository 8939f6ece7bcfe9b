"""Plots with matplotlib, and pages in HTML: numbers in, an image or a page out."""
