"""Names of keys, and what they stand for."""

import pytest

from scoregen.score.keys import Key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Gm", "G minor"), ("G-Dur", "G major"), ("g", "G minor"), ("g-moll", "G minor"), ("G dorian", "G dorian"),
        ("F#m", "F# minor"), ("Bb", "Bb major"), ("Eb major", "Eb major"), ("f#", "F# minor"), ("GM", "G major"),
        ("B-Dur", "Bb major"), ("b-moll", "Bb minor"), ("B", "B major"), ("b", "B minor"), ("H-Dur", "B major"),
        ("h-moll", "B minor"), ("h", "B minor"), ("fis-moll", "F# minor"), ("Es-Dur", "Eb major"), ("es", "Eb minor"),
        ("As-Dur", "Ab major"), ("Des Dur", "Db major"), ("E-", "Eb major"), ("E- major", "Eb major"),
        ("A flat major", "Ab major"), ("F sharp minor", "F# minor"), ("C♯ minor", "C# minor"), ("D♭", "Db major"),
        ("d dorisch", "D dorian"), ("G mix", "G mixolydian"), ("  a   minor ", "A minor"),
        ("sol mineur", "G minor"), ("Do", "C major"), ("Si bemolle maggiore", "Bb major"),
        ("fa dièse mineur", "F# minor"), ("mi♭ majeur", "Eb major"), ("ré dorien", "D dorian"),
        ("la menor", "A minor"), ("re#-minore", "D# minor"),
    ],
)  # fmt: skip
def test_a_key_by_its_names(text: str, key: str) -> None:
    assert str(Key.parse(text)) == key


@pytest.mark.parametrize(
    "text", ["", "X", "G foo", "Hb", "I major", "Fb major", "minor", "C##", "sol#b", "dom", "fab", "lab foo"]
)
def test_what_is_no_key_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a key; expected a tonic and a mode"):
        Key.parse(text)


def test_every_key_reads_its_own_name() -> None:
    keys = [
        Key(tonic, mode)
        for mode, offset in (("major", 0), ("minor", 3), ("dorian", 2), ("mixolydian", 1), ("phrygian", 4))
        for tonic in range(offset - 7, offset + 8)
    ]
    assert [Key.parse(str(key)) for key in keys] == keys
