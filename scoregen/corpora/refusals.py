"""The kinds of reasons why files and measures are left out of a corpus."""

from __future__ import annotations

_REASONS = (
    ("near-duplicate of a validation", "near-duplicate of a validation or test piece"),
    ("near-duplicate of", "near-duplicate of another file"),
    ("licence: ", "licence"),
    ("a fault of scoregen", "a fault of scoregen"),
    ("its process ended", "a reader that crashed"),
    ("it takes longer than", "reading takes too long"),
    ("it needs more", "reading needs too much memory"),
    ("another checksum than", "another checksum than the manifest"),
    ("found no file; the manifest", "missing file that the manifest lists"),
    ("notes or rests begin at", "rhythm: a tuplet or value that the language does not have"),
    ("do not add up", "layers whose lengths do not add up"),
    ("the notes differ from those of the file", "notes lost or moved"),
    ("the voice lasts", "a voice shorter or longer than its measure"),
    ("the parts have different metres", "several metres at once"),
    ("the measure lasts", "length of the measure"),
    ("the metre is", "time signature"),
    ("cannot be written in tokens", "pitch: a microtone or percussion"),
    ("found no pitched voice", "no pitched voice"),
    ("no notes", "no notes"),
    ("the file is empty", "empty file"),
    ("is damaged", "damaged file"),
    ("is broken", "damaged file"),
    ("is the file damaged", "damaged file"),
    ("tokens for", "damaged file"),
    ("the root element is", "another kind of file than its name says"),
    ("is not a MIDI file", "another kind of file than its name says"),
    ("measures are refused", "more measures refused than read"),
)
"""Words of the reasons, and their kinds; the first that fits."""


def refusal_kind(reason: str) -> str:
    """The kind of a reason; what stands before its first colon or semicolon if it is of no common kind."""
    found = next((kind for words, kind in _REASONS if words in reason), None)
    return found or reason.partition(";")[0][:80]
