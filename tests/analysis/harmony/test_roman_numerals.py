import pytest

from scoregen.analysis.harmony.features import Function
from scoregen.analysis.harmony.roman_numerals import Degree, degree, numeral, typeset


@pytest.mark.parametrize(
    ("function", "inversion", "mode", "text"),
    [
        (Function(0, "major"), 0, "major", "I"),
        (Function(1, "dominant"), 1, "major", "V65"),
        (Function(2, "minor-seventh"), 3, "major", "ii42"),
        (Function(2, "half-diminished"), 1, "minor", "iiø65"),
        (Function(5, "diminished"), 1, "minor", "viio6"),
        (Function(5, "diminished-seventh"), 0, "minor", "viio7"),
        (Function(-2, "major"), 0, "minor", "VII"),
        (Function(-3, "augmented"), 1, "minor", "III+6"),
        (Function(-1, "major-seventh"), 0, "major", "IVmaj7"),
        (Function(-5, "major"), 1, "major", "bII6"),
        (Function(3, "diminished"), 0, "minor", "#vio"),
        (Function(2, "major", 1), 1, "major", "V6/V"),
        (Function(3, "dominant", 2), 0, "major", "V7/ii"),
        (Function(-2, "dominant", -3), 0, "minor", "V7/III"),
        (Function(2, "major", 1), 0, "minor", "V/V"),
        (Function(6, "diminished-seventh", 1), 0, "minor", "viio7/V"),
        (Function(-4, "German"), 0, "minor", "Ger65"),
    ],
)
def test_numerals(function: Function, inversion: int, mode: str, text: str) -> None:
    assert numeral(function, inversion, mode) == text


def test_degrees_are_relative_to_the_scale_of_the_mode() -> None:
    assert degree(-4, "minor") == Degree(6)
    assert degree(-4, "major") == Degree(6, -1)
    assert degree(5, "minor") == Degree(7, 1)


def test_figures_are_superscript_and_subscript_in_print() -> None:
    assert typeset("viio65/V") == "vii°⁶₅/V"
    assert typeset("I") == "I"
