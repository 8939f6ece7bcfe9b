"""The domain: immutable scores in exact arithmetic, standard library only."""
