"""The stages of a build: reading files, what they say of themselves, near-duplicates, licences, splits, the report."""
