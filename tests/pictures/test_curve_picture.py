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
