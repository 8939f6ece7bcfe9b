"""The encoding of text files that do not name it."""

from __future__ import annotations


def decoded(data: bytes) -> str:
    """Text in UTF-8, else in Latin 1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
