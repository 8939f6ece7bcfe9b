"""A new piece as a blank score: measures, phrases, metre, key and tempo, every voice to be filled."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.sections import Sections, numbered, parsed_form, section_length
from scoregen.score.elements import Measure, Metadata, Score, Slot, Tempo, Voice
from scoregen.score.ensemble import Ensemble, new_parts
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import beat_value
from scoregen.score.theory.cadences import AUTHENTIC, HALF
from scoregen.styles.style import PhraseLengths, Style, load_style, over
from scoregen.system.errors import InputError

MOST_MEASURES = 2000
NO_FORM = ("none", "free")
"""What asks for a piece without a form."""
SLOWEST, FASTEST = 10, 400
"""Tempos in beats per minute."""


@dataclass(frozen=True, slots=True)
class PieceOptions:
    """A new piece. `anacrusis` is in quarters; `phrases` 0 gives as many phrases as the style.

    `form` names equally long sections by letters, such as AAB; repeated sections are identical. Without letters, music
    for instruments has a small form (`plan.forms.small_forms`): that of the name `small_form`, or one that is drawn for
    its length. The form `none` asks for none.
    """

    measures: int = 16
    key: str = "C major"
    time: str = "4/4"
    tempo: int = 84
    anacrusis: Fraction = Fraction(0)
    phrases: int = 0
    form: str = ""
    small_form: str = ""

    @property
    def sections(self) -> Sections:
        """The form as numbers; InputError for an invalid form."""
        return parsed_form("" if self.form.strip().lower() in NO_FORM else self.form)


def blank_piece(
    options: PieceOptions,
    ensemble: Ensemble,
    style: Style | None = None,
    seed: int | None = None,
    stops: Sequence[int] = (),
) -> Score:
    """A score for the ensemble in which every voice is blank, with each section of its form once.

    `stops` are the measures before which phrases end. Without them, and without a number of phrases, a seed draws their
    lengths; without a seed all have the usual length. InputError names an invalid option.
    """
    key, time = _parsed(options)
    form = options.sections
    _validate(options, time, form)
    section = replace(options, measures=options.measures // len(form), phrases=options.phrases // len(form))
    parts = new_parts(ensemble, key.signature.fifths)
    slots = [Slot(part.id, staff) for part in parts for staff in range(1, part.staves + 1)]
    voices = tuple(Voice(slot, (), "blank") for slot in slots)
    ends = _phrase_ends(section, time, stops or _stops(section, time, (style or load_style()).phrases, seed))
    columns = _columns(section, time)
    measures = [
        Measure(
            "",
            duration,
            time,
            key.signature,
            voices,
            implicit=is_upbeat,
            phrase_ends=ends.get(index, ()),
        )
        for index, (is_upbeat, duration) in enumerate(columns)
    ]
    first, *others = numbered(measures * (max(form) + 1), [len(columns)] * (max(form) + 1))
    opening = replace(first, tempos=(_tempo(options, time),))
    return Score(parts, (opening, *others), Metadata(title=f"{ensemble.title} in {key}"))


def options_like(score: Score) -> PieceOptions | None:
    """Options for a piece with a score's length, metre, key and number of phrases; None if its metre changes."""
    time = score.measures[0].time
    anacrusis = score.measures[0].duration if score.has_anacrusis else Fraction(0)
    if any(measure.time != time for measure in score.measures) or anacrusis % time.unit:
        return None
    measures = math.ceil((score.duration - anacrusis) / time.duration)
    if not 1 <= measures <= MOST_MEASURES:
        return None
    phrases = min(measures, sum(len(measure.phrase_ends) for measure in score.measures))
    key = str(Key.of(score.measures[0].key))
    return PieceOptions(measures=measures, key=key, time=str(time), anacrusis=anacrusis, phrases=phrases)


GOALS = {AUTHENTIC.name: "tonic", HALF.name: "fifth"}
"""The goals of a style by the cadences that lead to them."""
Chords = dict[int, dict[Fraction, tuple[int, ...]]]
"""By measure index and onset, the pitch classes of a triad, the root first."""


def tonic_chords(piece: Score, form: Sections = (0,)) -> Chords:
    """The places of the tonic triad in a new piece: its first slice and its last phrase end.

    The values are the pitch classes of the triad; church modes have the third of their scale. The last phrase end
    is that of the last section of the form.
    """
    length = section_length(len(piece.measures), form)
    last = length * (form[-1] + 1) - 1
    final = piece.measures[last]
    places = [(0, Fraction(0)), (last, max(final.phrase_ends, default=Fraction(0)))]
    triad = Key.of(piece.measures[0].key).triad
    chords: Chords = {}
    for index, place in places:
        chords.setdefault(index, {})[place] = triad
    return chords


def cadence_chords(
    piece: Score,
    seed: int = 0,
    form: Sections = (0,),
    style: Style | None = None,
    closes: Sequence[str] = (),
) -> Chords:
    """The tonic chords of a new piece, and a chord for each other phrase end: that of its cadence, where `closes` names
    them, else one sampled by the style's probabilities.

    The last tonic of a minor piece is major with the probability of the style.
    """
    plan = (style or load_style()).cadences
    chooser = random.Random(seed)
    key = Key.of(piece.measures[0].key)
    ends = [(index, end) for index, measure in enumerate(piece.measures) for end in measure.phrase_ends]
    chords = _with_picardy(tonic_chords(piece, form), key, seed, style or load_style())
    for number, (index, end) in enumerate(ends):
        if end in chords.get(index, {}):
            continue
        chances = plan.chances["closing" if number % 2 else "opening"]
        drawn = chooser.choices(list(chances), list(chances.values()))[0]
        name = GOALS.get(closes[number], drawn) if number < len(closes) else drawn
        chords.setdefault(index, {}).setdefault(end, plan.goal(key, name))
    return chords


def _with_picardy(chords: Chords, key: Key, seed: int, style: Style) -> Chords:
    """The tonic chords with a last one that is drawn to be major."""
    index = max(chords)
    place = max(chords[index])
    is_major = random.Random(f"{seed} picardy").random() < style.melody_cadences.picardy.get(key.mode, 0.0)
    if key.has_major_third or not is_major or index == place == 0:
        return chords
    return {**chords, index: {**chords[index], place: over(key.triad[0], (0, "major"))}}


def leading_chords(
    piece: Score, cadences: Chords, seed: int = 0, style: Style | None = None, form: Sections = (0,)
) -> Chords:
    """Dominants a beat before some of the cadences, sampled by the style's probabilities, in modes that have one.

    The last tonic always follows a chord of the style's last cadences.
    """
    style = style or load_style()
    plan, chooser = style.cadences, random.Random(f"{seed} leading")
    key = Key.of(piece.measures[0].key)
    last = max(tonic_chords(piece, form))
    chords: Chords = {}
    for index, places in cadences.items():
        for end, members in places.items():
            share = plan.dominants["home" if members[0] == key.triad[0] else "away"]
            place = beat_before(piece, index, end)
            if index == last and end == max(places) and place is not None:
                weights = style.melody_cadences.last_of(key)
                chord = chooser.choices(list(weights), list(weights.values()))[0]
                chords.setdefault(place[0], {})[place[1]] = over(key.triad[0], chord)
            elif chooser.random() < share and place is not None and key.mode not in plan.without_dominant:
                chords.setdefault(place[0], {})[place[1]] = over(members[0], plan.dominant)
    return chords


def beat_before(piece: Score, index: int, end: Fraction) -> tuple[int, Fraction] | None:
    """The place one beat earlier, as measure index and onset; None at the start of the piece or of a phrase."""
    beat = piece.measures[index].time.groups[0]
    if end == 0 and index == 0:
        return None
    earlier = (index, end - beat) if end >= beat else (index - 1, piece.measures[index - 1].duration + end - beat)
    taken = piece.measures[earlier[0]].phrase_ends
    return None if any(earlier <= (earlier[0], place) < (index, end) for place in taken) else earlier


def _parsed(options: PieceOptions) -> tuple[Key, TimeSignature]:
    try:
        return Key.parse(options.key), TimeSignature.parse(options.time)
    except ValueError as error:
        raise InputError(str(error)) from error


def _validate(options: PieceOptions, time: TimeSignature, form: Sections) -> None:
    if not 1 <= options.measures <= MOST_MEASURES:
        raise InputError(f"found {options.measures} measures; expected 1 to {MOST_MEASURES}")
    for count, what in ((options.measures, "measures"), (options.phrases, "phrases")):
        if count % len(form):
            raise InputError(f"found {count} {what}; expected a multiple of the {len(form)} sections of {options.form}")
    if not SLOWEST <= options.tempo <= FASTEST:
        raise InputError(f"found a tempo of {options.tempo}; expected {SLOWEST} to {FASTEST} beats per minute")
    if not 0 <= options.phrases <= options.measures:
        raise InputError(f"found {options.phrases} phrases; expected 0 to the number of measures, {options.measures}")
    if not 0 <= options.anacrusis < time.duration or (options.anacrusis / (time.unit / 4)).denominator != 1:
        raise InputError(
            f"found an anacrusis of {options.anacrusis} quarters in {time}; "
            f"expected a multiple of {time.unit / 4} below {time.duration}"
        )


def _columns(options: PieceOptions, time: TimeSignature) -> list[tuple[bool, Fraction]]:
    """For each measure, whether it is the anacrusis, and its duration; the last measure is shorter by the anacrusis."""
    full = [(False, time.duration)] * options.measures
    if options.anacrusis:
        return [(True, options.anacrusis), *full[:-1], (False, time.duration - options.anacrusis)]
    return full


def _tempo(options: PieceOptions, time: TimeSignature) -> Tempo:
    return Tempo(Fraction(0), beat_value(time), Fraction(options.tempo))


def _stops(options: PieceOptions, time: TimeSignature, lengths: PhraseLengths, seed: int | None) -> Sequence[int]:
    """The measures before which phrases end."""
    usual = lengths.measures(len(time.groups))
    if seed is None or options.phrases:
        count = options.phrases or max(1, round(options.measures / usual))
        return [options.measures * (phrase + 1) // count for phrase in range(count)]
    return _drawn_stops(options.measures, usual, lengths.longer, random.Random(f"{seed} phrases"))


def _phrase_ends(options: PieceOptions, time: TimeSignature, stops: Sequence[int]) -> dict[int, tuple[Fraction, ...]]:
    """The measure index and onset of each phrase's last note, an anacrusis before the next phrase."""
    place = phrase_end_place(options, time)
    first = 1 if options.anacrusis else 0
    return {first + stop - 1: (place,) for stop in stops}


def _drawn_stops(measures: int, usual: int, longer: float, chance: random.Random) -> list[int]:
    """The measures before which phrases end: phrases of the usual length or, with probability `longer`, one more.

    No phrase has a single measure unless the piece has.
    """
    stops = [0]
    while (left := measures - stops[-1]) > usual + 1:
        length = usual + (chance.random() < longer)
        stops.append(stops[-1] + length + (left - length == 1))
    return [*stops[1:], *([measures] if stops[-1] < measures else [])]


def phrase_end_place(options: PieceOptions, time: TimeSignature) -> Fraction:
    """The last strong place that leaves a full unit before the anacrusis of the next phrase."""
    strong_enough = 1 if len(time.groups) % 2 == 0 else 0
    latest = time.duration - options.anacrusis - time.unit
    places = [index * time.unit for index in range(sum(time.beats))]
    return max(place for place in places if place <= max(latest, Fraction(0)) and time.strength(place) <= strong_enough)
