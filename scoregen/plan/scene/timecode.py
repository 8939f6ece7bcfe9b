"""Times of a picture: seconds, frames, and SMPTE timecode at 24, 25, 29.97 (drop frame or not) and 30 frames a second.

Drop-frame timecode (SMPTE ST 12-1) leaves out the numbers of frames 0 and 1 of every minute except each tenth, so that
an hour of it lasts an hour at 30000/1001 frames per second. No picture is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.])(\d{2})")
_FRAMES = re.compile(r"(\d+)\s*f(?:rames?)?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
DROPPED = 2
"""The numbers of frames that are left out of a minute."""


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames per second; `count` frame numbers make a second of timecode, and `drop` leaves some of them out."""

    name: str
    exact: Fraction
    count: int
    drop: bool = False

    def seconds(self, frames: int) -> Fraction:
        return frames / self.exact


RATES = {
    rate.name: rate
    for rate in (
        FrameRate("24", Fraction(24), 24),
        FrameRate("25", Fraction(25), 25),
        FrameRate("29.97 drop", Fraction(30_000, 1001), 30, drop=True),
        FrameRate("29.97", Fraction(30_000, 1001), 30),
        FrameRate("30", Fraction(30), 30),
    )
}
"""The frame rates by the names that cue files use."""


def parse_time(value: object, rate: FrameRate) -> Fraction:
    """Seconds from a number, `375f`, `0:12.5`, or timecode `00:00:12:10`. ValueError for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
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
    if rate.drop:
        tens, rest = divmod(frames, _ten_minutes(rate))
        minute = 60 * rate.count - DROPPED
        dropped = 9 * tens + (max(rest - DROPPED, 0) // minute if rest >= DROPPED else 0)
        frames += DROPPED * dropped
    whole, frame = divmod(frames, rate.count)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}{';' if rate.drop else ':'}{frame:02d}"


def _frames(found: re.Match[str], rate: FrameRate, text: str) -> int:
    """The number of frames from 00:00:00:00 to a timecode. ValueError for a frame or time that does not exist."""
    hour, minute, second, frame = (int(found[index]) for index in (1, 2, 3, 5))
    if minute > 59 or second > 59 or frame >= rate.count:
        raise ValueError(f"found {text!r}; expected minutes and seconds below 60 and frames below {rate.count}")
    if rate.drop and second == 0 and frame < DROPPED and minute % 10:
        raise ValueError(f"found {text!r}, a frame that drop-frame timecode leaves out; expected {text[:-2]}02")
    total = (3600 * hour + 60 * minute + second) * rate.count + frame
    minutes = 60 * hour + minute
    return total - DROPPED * (minutes - minutes // 10) if rate.drop else total


def _ten_minutes(rate: FrameRate) -> int:
    return 600 * rate.count - 9 * DROPPED
