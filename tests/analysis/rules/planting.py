"""Clean passages of four voices, each with one planted fault: the faults that a checker must find, and no others.

The passages are written note against note, with backtracking, from functional progressions in all usual keys.
`faults` has its own definitions of faults, on columns of four pitches, independent of the checker. A fault is
planted by changing the voicing of one chord until `faults` finds exactly one, of the requested kind.

    python -m tests.analysis.rules.planting     # recall and precision by kind
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product

from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.tasks.check import check

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
COMFORTABLE = ((62, 79), (57, 72), (52, 66), (41, 60))  # MIDI pitches, as choirs have them
WHOLE = ((58, 81), (53, 74), (48, 69), (38, 64))
ROOTS = {"I": 0, "II": 2, "III": 4, "IV": -1, "V": 1, "VI": 3, "VII": 5}
MINOR_ROOTS = {**ROOTS, "III": -3, "VI": -4}
STACKS = {"M": (0, 4, 1), "m": (0, -3, 1), "d": (0, -3, -6), "7": (0, 4, 1, -2)}
MAJOR = {"I": "M", "II": "m", "IV": "M", "V": "M", "VI": "m", "VII": "d"}
MINOR = {"I": "m", "II": "d", "IV": "m", "V": "M", "VI": "M", "VII": "d"}
OPENINGS = (
    "I V6 I IV I V",
    "I IV V I V",
    "I VI IV II6 V",
    "I V7 I II6 V",
    "I V7 VI IV V",
    "I IV6 V I",
    "I I6 II6 V7 I",
    "I VII6 I6 IV V7 I",
    "I VII6 I V I",
    "I6 VII6 I II6 V",
    "I VI II6 V7 VI V",
)
CLOSINGS = (
    "I IV V I",
    "VI II6 V7 I",
    "I6 IV V7 I",
    "I II6 V I",
    "V6 I VI IV V7 I",
    "IV VII6 I V7 I",
    "I V7 VI II6 V I",
)
FALSE_ENDS = {"I": ("I6", "V7", "VI"), "V": ("V6", "V7", "VII6")}

Fault = tuple[str, int]
"""A kind of fault and the index of its column."""


@dataclass(frozen=True)
class Column:
    """One chord: its numeral, its pitches from soprano to bass, and whether a phrase ends on it."""

    numeral: str
    pitches: tuple[Pitch, ...] = ()
    ends_phrase: bool = False

    @property
    def degree(self) -> str:
        return self.numeral.rstrip("67")

    @property
    def is_inverted(self) -> bool:
        return self.numeral.endswith("6")


@dataclass(frozen=True)
class Passage:
    tonic: int  # on the line of fifths
    is_minor: bool
    columns: tuple[Column, ...]

    def members(self, numeral: str) -> tuple[int, ...]:
        """The members on the line of fifths, root first."""
        degree = numeral.rstrip("67")
        quality = "7" if numeral.endswith("7") else (MINOR if self.is_minor else MAJOR)[degree]
        root = self.tonic + (MINOR_ROOTS if self.is_minor else ROOTS)[degree]
        return tuple(root + step for step in STACKS[quality])


# --- what is wrong, by definitions of its own ---------------------------------------------------


def faults(passage: Passage, within: range | None = None) -> list[Fault]:
    """All faults of a passage, by kind and column; only those `within` some columns if the others are clean."""
    columns = range(len(passage.columns)) if within is None else within
    found = [fault for index in columns for fault in _faults_at(passage, index)]
    last = passage.columns[-1]
    lowest = min(last.pitches, key=_height)
    complete = passage.members("I")[1] in {_place(pitch) for pitch in last.pitches}
    if last.numeral != "I" or not complete or _place(lowest) != passage.tonic:
        found.append(("final-cadence", len(passage.columns) - 1))
    return found


def _faults_at(passage: Passage, index: int) -> list[Fault]:
    """The faults that begin at a column."""
    columns = passage.columns
    column = columns[index]
    before = columns[index - 1] if index and not columns[index - 1].ends_phrase else None
    standing = set(_faults_of_chord(passage, column))
    earlier = set(_faults_of_chord(passage, columns[index - 1])) if index else set()
    found = [(str(kind), index) for kind, *_ in sorted(standing - earlier, key=str)]
    if before is not None:
        found += [(kind, index) for kind in _faults_of_motion(passage, before, column)]
    found += [(kind, index) for kind in _faults_of_thirds(passage, index)]
    if column.ends_phrase and index < len(columns) - 1 and column.numeral not in ("I", "IV", "V", "VI"):
        found.append(("phrase-end", index))
    return found


def _faults_of_thirds(passage: Passage, index: int) -> Iterator[str]:
    """A missing third inside a phrase, and a doubled one in I and IV in major; `excused` if it is passed by step."""
    column, columns = passage.columns[index], passage.columns
    third = passage.members(column.numeral)[1]
    voices = [voice for voice in range(4) if _place(column.pitches[voice]) == third]
    if not voices and index < len(columns) - 1:
        yield "excused" if column.ends_phrase else "missing-third"
    if len(voices) > 1 and column.numeral in ("I", "IV") and not passage.is_minor:
        others = [columns[place] for place in (index - 1, index + 1) if 0 <= place < len(columns)]
        steps = [sorted(_staff(other.pitches[v]) - _staff(column.pitches[v]) for v in voices) for other in others]
        yield "excused" if any({-1, 1} <= set(row) for row in steps) else "doubled-third"


def _faults_of_chord(passage: Passage, column: Column) -> Iterator[tuple[object, ...]]:
    heights = [_height(pitch) for pitch in column.pitches]
    for upper, limit in ((0, 12), (1, 12), (2, 24)):
        if heights[upper] < heights[upper + 1]:
            yield "voice-crossing", upper
        if heights[upper] - heights[upper + 1] > limit:
            yield "spacing", upper
    for voice, height in enumerate(heights):
        if not WHOLE[voice][0] <= height <= WHOLE[voice][1]:
            yield "range", voice
    if (min(heights) - heights[-1]) % 12:  # a crossing that gives the chord another inversion has other faults too
        yield "other-inversion", column.pitches
    leading = passage.tonic + 5
    if column.degree in ("V", "VII") and sum(_place(pitch) == leading for pitch in column.pitches) > 1:
        yield "doubled-leading-note", column.pitches


def _faults_of_motion(passage: Passage, old: Column, new: Column) -> Iterator[str]:
    same_chord = {_height(p) % 12 for p in old.pitches} == {_height(p) % 12 for p in new.pitches}
    for upper, lower in combinations(range(4), 2):
        pair = old.pitches[upper], new.pitches[upper], old.pitches[lower], new.pitches[lower]
        yield from _pair(pair, upper, lower, same_chord)
    for a, b in zip(old.pitches, new.pitches, strict=True):
        steps, semitones = abs(_staff(b) - _staff(a)), abs(_height(b) - _height(a))
        if steps and semitones > (0, 2, 4, 5, 7, 9, 11)[steps % 7] + 12 * (steps // 7):
            yield "augmented-interval"
        elif steps in (6,) or steps > 7:
            yield "large-leap"
    yield from _unresolved(passage, old, new)


def _pair(pair: tuple[Pitch, Pitch, Pitch, Pitch], upper: int, lower: int, same_chord: bool) -> Iterator[str]:
    a, b, c, d = pair
    up, down = _height(b) - _height(a), _height(d) - _height(c)
    if not up or not down:
        return
    similar = (up > 0) == (down > 0)
    first, second = _kind(a, c), _kind(b, d)
    eight = {"1", "8"}
    restated = up % 12 == 0 and down % 12 == 0
    if first == second == "5" and not restated:
        yield "parallel-fifths" if similar else "contrary-fifths"
    elif first in eight and second in eight and not restated:
        name = "unisons" if first == second == "1" else "octaves"
        yield f"parallel-{name}" if similar else "contrary-octaves"
    elif first == "d5" and second == "5" and similar:
        yield "unequal-fifths"
    elif similar and not same_chord and first != second and not {first, second} <= eight:
        if second == "1" and lower == upper + 1 and abs(_staff(b) - _staff(a)) > 1:
            yield "direct-unisons"
        outer_leap = (upper, lower) == (0, 3) and abs(_staff(b) - _staff(a)) > 1
        if second == "5" and first != "d5" and outer_leap:
            yield "direct-fifths"
        if second == "8" and outer_leap:
            yield "direct-octaves"
    if lower == upper + 1 and not same_chord and second != "1":
        crossed = _height(a) < _height(c) or _height(b) < _height(d)
        if not crossed and (_height(d) > _height(a) or _height(b) < _height(c)):
            yield "voice-overlap"


def _unresolved(passage: Passage, old: Column, new: Column) -> Iterator[str]:
    if old.degree not in ("V", "VII") or new.degree not in ("I", "VI"):
        return
    seventh = passage.members(old.numeral)[3] if old.numeral.endswith("7") else None
    for a, b in zip(old.pitches, new.pitches, strict=True):
        moved = (_staff(b) - _staff(a)) % 7
        if _place(a) == passage.tonic + 5 and moved != 1:
            yield "unresolved-leading-note"
        if _place(a) == seventh and moved != 6:
            yield "unresolved-seventh"


def _kind(one: Pitch, other: Pitch) -> str | None:
    low, high = sorted((one, other), key=_height)
    steps, semitones = _staff(high) - _staff(low), _height(high) - _height(low)
    if steps % 7 == 4:
        return {7: "5", 6: "d5"}.get(semitones % 12)
    if semitones % 12 or steps % 7:
        return None
    return "1" if semitones == 0 else "8"


def _height(pitch: Pitch) -> int:
    return 12 * pitch.octave + (0, 2, 4, 5, 7, 9, 11)["CDEFGAB".index(pitch.step)] + int(pitch.alter) + 12


def _staff(pitch: Pitch) -> int:
    return 7 * pitch.octave + "CDEFGAB".index(pitch.step)


def _place(pitch: Pitch) -> int:
    return "FCGDAEB".index(pitch.step) - 1 + 7 * int(pitch.alter)


# --- writing and planting -----------------------------------------------------------------------


def clean_passage(chance: random.Random, needed: str = "") -> Passage:
    """Two phrases without a fault; the first contains the `needed` chord."""
    while True:
        is_minor = chance.random() < 0.4
        tonic = chance.randint(-4, 4) + (3 if is_minor else 0)
        openings = [opening.split() for opening in OPENINGS]
        first = chance.choice([opening for opening in openings if needed in opening or not needed])
        second = chance.choice(CLOSINGS).split()
        numerals = [*first, *second]
        blank = Passage(tonic, is_minor, ())
        written = _write(blank, numerals, len(first) - 1, chance)
        if written is not None:
            return written


def _write(blank: Passage, numerals: Sequence[str], phrase_end: int, chance: random.Random) -> Passage | None:
    tries = 0
    known = {numeral: _voicings(blank, numeral) for numeral in set(numerals)}

    def go_on(columns: tuple[Column, ...]) -> Passage | None:
        nonlocal tries
        index = len(columns)
        if index == len(numerals):
            return replace(blank, columns=columns)
        choices = known[numerals[index]]
        for pitches in chance.sample(choices, min(60, len(choices))):
            tries += 1
            if tries > 1500:
                return None
            column = Column(numerals[index], pitches, ends_phrase=index == phrase_end)
            so_far = replace(blank, columns=(*columns, column))
            if not any(kind != "phrase-end" for kind, _ in _faults_at(so_far, index)):
                found = go_on(so_far.columns)
                if found is not None:
                    return found
        return None

    written = go_on(())
    return written if written is not None and not faults(written) else None


def _voicings(passage: Passage, numeral: str) -> list[tuple[Pitch, ...]]:
    """All voicings of a chord with all its members in which most voices are comfortable."""
    members = passage.members(numeral)
    rows = [_pitches(members, low, high) for low, high in COMFORTABLE[:3]]
    rows.append(_pitches((members[1] if numeral.endswith("6") else members[0],), *COMFORTABLE[3]))
    everything = product(*rows)
    return [pitches for pitches in everything if set(members) <= set(map(_place, pitches)) and _is_comfortable(pitches)]


def _is_comfortable(pitches: Sequence[Pitch]) -> bool:
    soprano, alto, tenor, bass = map(_height, pitches)
    return soprano >= alto >= tenor >= bass and soprano - alto <= 12 and alto - tenor <= 12 and tenor - bass <= 24


def _pitches(places: Sequence[int], low: int, high: int) -> list[Pitch]:
    found = []
    for place in places:
        alter, step = divmod(place + 1, 7)
        for octave in range(1, 7):
            pitch = Pitch("FCGDAEB"[step], alter, octave)
            if low <= _height(pitch) <= high:
                found.append(pitch)
    return found


def planted(passage: Passage, chance: random.Random, tries: int) -> Iterator[tuple[Passage, Fault]]:
    """The passage with one chord in another voicing, or with a wrong ending, and with exactly one fault."""
    wide = [(low - 4, high + 4) for low, high in WHOLE]
    telling = [index for index, column in enumerate(passage.columns) if column.numeral == "VII6" or column.ends_phrase]
    for _ in range(tries):
        columns = list(passage.columns)
        first = chance.choice((chance.randrange(len(columns)), chance.choice(telling)))
        stretch = range(first, min(len(columns), first + chance.choice((1, 2))))
        coupled = sorted(chance.sample(range(4), 2)) if chance.random() < 0.3 else []
        for index in stretch:
            column = columns[index]
            numeral = column.numeral
            if column.ends_phrase or index == len(columns) - 1:
                numeral = chance.choice((numeral, *FALSE_ENDS.get(numeral, ())))
            columns[index] = _revoiced(passage, column, numeral, wide, coupled, chance)
        new = replace(passage, columns=tuple(columns))
        found = faults(new, range(first, min(len(columns), stretch.stop + 1)))
        if len(found) == 1:
            yield new, found[0]


def _near(pitch: Pitch, places: Sequence[int]) -> Pitch:
    """The nearest pitch on one of these places."""
    height = _height(pitch)
    return min(_pitches(places, height - 7, height + 7), key=lambda other: abs(_height(other) - height))


def _revoiced(
    passage: Passage,
    column: Column,
    numeral: str,
    ranges: Sequence[tuple[int, int]],
    coupled: Sequence[int],
    chance: random.Random,
) -> Column:
    """The chord with some of its voices on other pitches, sometimes two on one pitch.

    Unchanged if too many members of the chord would be missing.
    """
    members = passage.members(numeral)
    bass = members[1] if numeral.endswith("6") else members[0]
    pitches = list(column.pitches)
    for voice in range(4):
        if numeral != column.numeral or chance.random() < 0.4:
            places = (bass,) if voice == 3 else members
            pitches[voice] = chance.choice(_pitches(places, *ranges[voice]))
    if coupled:
        pitches[coupled[0]] = pitches[coupled[1]]
    needed = members[:2] if len(members) == 3 else (members[0], members[1], members[3])
    is_plain = members[2] - members[0] == 1 and not column.is_inverted
    if len(members) == 3 and is_plain and chance.random() < 0.1:
        needed = members[::2]
        pitches = [pitch if _place(pitch) != members[1] else _near(pitch, needed) for pitch in pitches]
    if not set(needed) <= set(map(_place, pitches)):
        return column
    return replace(column, numeral=numeral, pitches=tuple(pitches))


# --- as a score -----------------------------------------------------------------------------------

QUARTER, HALF = NoteValue("quarter"), NoteValue("half")


@dataclass(frozen=True)
class Setting:
    """The notation of a passage: the rhythm of each column, and the break between its phrases."""

    time: str
    lengths: tuple[int, ...]  # quarters
    repeats: tuple[frozenset[int], ...]  # the voices that strike a half note as two quarters
    fermata: bool
    rest: bool  # a rest of all voices between the phrases
    anacrusis: bool


def setting(passage: Passage, chance: random.Random) -> Setting:
    """A rhythm with repeated notes, a fermata or a rest between the phrases, an upbeat or none."""
    lengths = tuple(chance.choice((1, 1, 2)) for _ in passage.columns)
    repeats = tuple(frozenset(voice for voice in range(4) if chance.random() < 0.4) for _ in passage.columns)
    fermata = chance.random() < 0.7
    return Setting(chance.choice(("4/4", "3/4", "2/4")), lengths, repeats, fermata, not fermata, chance.random() < 0.5)


def score_of(passage: Passage, how: Setting) -> tuple[Score, tuple[Fraction, ...]]:
    """The passage as a score for four voices, and the onset of each column."""
    beats: list[list[tuple[str, Pitch | None, bool]]] = [[] for _ in VOICES]
    onsets, now = [], 0
    for column, length, repeats in zip(passage.columns, how.lengths, how.repeats, strict=True):
        onsets.append(Fraction(now))
        for voice, pitch in enumerate(column.pitches):
            strikes = ["strike"] + ["strike" if voice in repeats else "hold"] * (length - 1)
            for place, strike in enumerate(strikes):
                ends = (
                    column.ends_phrase and how.fermata and strike == "strike" and "strike" not in strikes[place + 1 :]
                )
                beats[voice].append((strike, pitch, ends))
        now += length
        if column.ends_phrase and how.rest:
            now += 1
            for row in beats:
                row.append(("rest", None, False))
    return _score(passage, how, beats), tuple(onsets)


def _score(passage: Passage, how: Setting, beats: list[list[tuple[str, Pitch | None, bool]]]) -> Score:
    time = TimeSignature.parse(how.time)
    size = int(time.duration)
    cuts = [1] if how.anacrusis else []
    while sum(cuts) < len(beats[0]):
        cuts.append(min(size, len(beats[0]) - sum(cuts)))
    fifths = passage.tonic - (3 if passage.is_minor else 0)
    key = KeySignature(fifths, "minor" if passage.is_minor else "major")
    measures, start = [], 0
    for index, cut in enumerate(cuts):
        voices = tuple(
            Voice(Slot(f"P{number}"), _elements(row, start, start + cut)) for number, row in enumerate(beats, 1)
        )
        ends = sorted(
            {Fraction(place - start) for row in beats for place in range(start, start + cut) if row[place][2]}
        )
        first = index + (0 if how.anacrusis else 1)
        measures.append(Measure(str(first), Fraction(cut), time, key, voices, phrase_ends=tuple(ends)))
        start += cut
    parts = tuple(Part(f"P{number}", name) for number, name in enumerate(VOICES, 1))
    return Score(parts, tuple(measures))


def _elements(row: Sequence[tuple[str, Pitch | None, bool]], start: int, end: int) -> tuple[Note | Rest, ...]:
    """The quarters of a voice from one beat to another; held ones are tied."""
    found: list[Note | Rest] = []
    for place in range(start, end):
        strike, pitch, fermata = row[place]
        if pitch is None:
            found.append(Rest(QUARTER))
            continue
        goes_on = place + 1 < len(row) and row[place + 1][0] == "hold"
        found.append(Note(QUARTER, pitch, strike == "hold", goes_on, fermata=fermata))
    return tuple(found)


KINDS = (
    "parallel-fifths",
    "parallel-octaves",
    "parallel-unisons",
    "contrary-fifths",
    "contrary-octaves",
    "unequal-fifths",
    "direct-fifths",
    "direct-octaves",
    "direct-unisons",
    "voice-crossing",
    "voice-overlap",
    "spacing",
    "augmented-interval",
    "large-leap",
    "range",
    "doubled-leading-note",
    "unresolved-leading-note",
    "unresolved-seventh",
    "missing-third",
    "doubled-third",
    "phrase-end",
    "final-cadence",
)


@dataclass(frozen=True)
class Case:
    """A clean passage, the same passage with a fault, the fault, and the notation of both."""

    clean: Passage
    changed: Passage
    fault: Fault
    how: Setting


def plant(kinds: Sequence[str], each: int, seed: int = 0) -> Iterator[Case]:
    """`each` cases of each kind, the same for the same seed."""
    chance = random.Random(seed)
    missing = Counter(dict.fromkeys(kinds, each))
    while missing:  # a diminished fifth needs a diminished chord
        clean = clean_passage(chance, "VII6" if missing["unequal-fifths"] else "")
        taken: set[str] = set()
        for changed, fault in planted(clean, chance, 600):
            kind = fault[0]
            if missing[kind] and kind not in taken:
                taken.add(kind)
                missing[kind] -= 1
                how = setting(clean, chance)
                # A phrase ends on a chord only where a fermata says so.
                how = replace(how, fermata=True, rest=False) if kind == "phrase-end" else how
                yield Case(clean, changed, fault, how)
        missing = +missing


@dataclass(frozen=True)
class Outcome:
    """The result of a case: whether the checker found the fault in its place, and the kinds of false findings."""

    case: Case
    is_found: bool
    surplus: tuple[str, ...]
    in_clean: tuple[str, ...]


def outcome(case: Case) -> Outcome:
    """Check a case with the strict rules, clean and with its fault."""
    kind, index = case.fault
    score, onsets = score_of(case.changed, case.how)
    end = onsets[index + 1] if index + 1 < len(onsets) else score.duration
    found = check(score, "strict").findings
    before = Counter(finding.rule for finding in check(score_of(case.clean, case.how)[0], "strict").findings)
    surplus = Counter(finding.rule for finding in found) - before
    surplus.pop(kind, None)
    is_found = any(finding.rule == kind and onsets[index] <= finding.onset < end for finding in found)
    return Outcome(case, is_found, tuple(surplus), tuple(before))


def main() -> None:
    """Print recall and precision by kind over 300 cases."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    outcomes = [outcome(case) for case in plant(KINDS, each)]
    for kind in KINDS:
        own = [done for done in outcomes if done.case.fault[0] == kind]
        found, surplus = sum(done.is_found for done in own), sum(bool(done.surplus) for done in own)
        print(f"{kind:<24} planted {len(own):3}  found {found:3}  with other findings {surplus}")
    found = sum(done.is_found for done in outcomes)
    clean = sum(bool(done.in_clean) for done in outcomes)
    print(f"recall {found}/{len(outcomes)}; clean scores with findings {clean}")


if __name__ == "__main__":
    main()
