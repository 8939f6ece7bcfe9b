"""Building corpora in tokens from folders of scores, and describing them."""
