"""Commands about learning from scores: corpora, training, calibration, styles."""
