"""Tokens by their texts."""

from __future__ import annotations

from scoregen.tokens.vocabulary import vocabulary


def token_ids(text: str) -> tuple[int, ...]:
    """The ids of texts that are separated by spaces, as in `+ C4 E4`."""
    by_text = {token.text: index for index, token in enumerate(vocabulary().tokens)}
    return tuple(by_text[word] for word in text.split())
