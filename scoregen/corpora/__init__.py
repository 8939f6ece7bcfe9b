"""Corpora: manifests with licence and splits, and the encoding of their scores."""
