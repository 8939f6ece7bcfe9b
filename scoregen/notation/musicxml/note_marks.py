"""The marks of a note by MusicXML's names: articulations, ornaments, playing techniques; the sign of an elision.

Of ornaments and techniques those are named that have no content of their own.
"""

ARTICULATIONS = (
    *("accent", "strong-accent", "staccato", "tenuto", "detached-legato", "staccatissimo", "spiccato", "scoop"),
    *("plop", "doit", "falloff", "breath-mark", "caesura", "stress", "unstress", "soft-accent", "other-articulation"),
)
ORNAMENTS = (
    *("trill-mark", "turn", "delayed-turn", "inverted-turn", "delayed-inverted-turn", "vertical-turn"),
    *("inverted-vertical-turn", "shake", "mordent", "inverted-mordent", "schleifer", "haydn"),
)
TECHNIQUES = (
    *("up-bow", "down-bow", "open-string", "thumb-position", "double-tongue", "triple-tongue", "stopped"),
    *("snap-pizzicato", "fingernails", "brass-bend", "flip", "smear", "golpe"),
)
ELISION = "‿"
"""What joins two syllables on one note, as in `la‿en`."""
