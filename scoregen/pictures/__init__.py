"""Pictures of figures, drawn with matplotlib: plain numbers in, an image out."""
