"""The picture of a learning curve is a PNG of the size that it was drawn in."""

import math
import struct

from scoregen.pictures.curve_picture import draw_curve


def test_a_curve_becomes_a_picture() -> None:
    curve = [
        {
            "step": step,
            "learning_rate": 3e-3 * (1 - step / 2000),
            "train": 1 + 2 * math.exp(-step / 300),
            "valid": 0.9 + 2 * math.exp(-step / 250) + step / 20000,
        }
        for step in range(100, 2001, 100)
    ]
    picture = draw_curve(curve, "Learning a test")
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (960, 720)


def test_windows_known_by_heart_have_a_panel_of_their_own() -> None:
    curve = [
        {"step": step, "learning_rate": 3e-3, "valid": 1.0, "fit_extractable_8": step / 100, "valid_extractable_8": 0}
        for step in (100, 200)
    ]
    assert struct.unpack(">II", draw_curve(curve, "Learning a test")[16:24]) == (960, 960)
