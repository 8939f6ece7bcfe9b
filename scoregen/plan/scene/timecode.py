"""Times of a picture: seconds, frames, and SMPTE timecode at 23.976 to 60 frames a second, with or without drop frame.

Drop-frame timecode (SMPTE ST 12-1) leaves out the numbers of frames 0 and 1 of every minute except each tenth, so that
an hour of it lasts an hour at 30000/1001 frames per second; at 60000/1001 it leaves out four. No picture is dropped.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.])(\d{2})")
_FRAMES = re.compile(r"(\d+)\s*f(?:rames?)?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames per second; `count` frame numbers make a second of timecode, `dropped` of which a minute leaves out."""

    name: str
    exact: Fraction
    count: int
    dropped: int = 0

    def seconds(self, frames: int) -> Fraction:
        return frames / self.exact


RATES = {
    rate.name: rate
    for rate in (
        FrameRate("23.976", Fraction(24_000, 1001), 24),
        FrameRate("24", Fraction(24), 24),
        FrameRate("25", Fraction(25), 25),
        FrameRate("29.97 drop", Fraction(30_000, 1001), 30, dropped=2),
        FrameRate("29.97", Fraction(30_000, 1001), 30),
        FrameRate("30", Fraction(30), 30),
        FrameRate("48", Fraction(48), 48),
        FrameRate("50", Fraction(50), 50),
        FrameRate("59.94 drop", Fraction(60_000, 1001), 60, dropped=4),
        FrameRate("59.94", Fraction(60_000, 1001), 60),
        FrameRate("60", Fraction(60), 60),
    )
}
"""The frame rates by the names that cue files use."""
LATEST = 360_000
"""The latest time in seconds, the end of two-digit hours."""


def parse_time(value: object, rate: FrameRate) -> Fraction:
    """Seconds from a number, `375f`, `0:12.5`, or timecode `00:00:12:10`. ValueError for anything else."""
    seconds = _seconds(value, rate)
    if seconds > LATEST:
        raise ValueError(f"found {value!r}; expected a time of less than 100 hours")
    return seconds


def _seconds(value: object, rate: FrameRate) -> Fraction:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return Fraction(str(value))
    text = str(value).strip()
    if found := _TIMECODE.fullmatch(text):
        return rate.seconds(_frames(found, rate, text))
    if found := _FRAMES.fullmatch(text):
        return rate.seconds(int(found[1]))
    if (found := _CLOCK.fullmatch(text)) and Fraction(found[3]) < 60:
        return 3600 * int(found[1] or 0) + 60 * int(found[2]) + Fraction(found[3])
    raise ValueError(f"found {value!r}; expected seconds (12.5), frames ('375f'), 0:12.5, or timecode '00:00:12:10'")


def timecode(seconds: Fraction, rate: FrameRate) -> str:
    """The timecode of the nearest frame."""
    frames = round(seconds * rate.exact)
    if rate.dropped:
        tens, rest = divmod(frames, 600 * rate.count - 9 * rate.dropped)
        frames += rate.dropped * (9 * tens + max(rest - rate.dropped, 0) // (60 * rate.count - rate.dropped))
    whole, frame = divmod(frames, rate.count)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}{';' if rate.dropped else ':'}{frame:02d}"


def _frames(found: re.Match[str], rate: FrameRate, text: str) -> int:
    """The number of frames from 00:00:00:00 to a timecode. ValueError for a frame or time that does not exist."""
    hour, minute, second, frame = (int(found[index]) for index in (1, 2, 3, 5))
    if minute > 59 or second > 59 or frame >= rate.count:
        raise ValueError(f"found {text!r}; expected minutes and seconds below 60 and frames below {rate.count}")
    if second == 0 and frame < rate.dropped and minute % 10:
        expected = f"{text[:-2]}{rate.dropped:02d}"
        raise ValueError(f"found {text!r}, a frame that drop-frame timecode leaves out; expected {expected}")
    total = (3600 * hour + 60 * minute + second) * rate.count + frame
    minutes = 60 * hour + minute
    return total - rate.dropped * (minutes - minutes // 10)
