"""The idiom of a piece in figures: what its lines do as players of their instruments write and expect it.

Lines and moments are those of `lines`. All figures are rates, cases over possible cases, so that the figures of a set
of pieces are pooled (`bootstrap`). They are counted for each family of instruments and for all lines together ("all");
those of the sonority of all lines only under "all".

Rhythm, by measures in which a line attacks a note:
- *rhythm_as_before*: the rhythm is that of the same line in the measure before, if it has one of the same length;
- *rhythm_as_another*: the rhythm is that of another line in the same measure, if there is one;
- *attacks_a_quarter*: moments of attack in the quarters of all measures that have the line;
- *rests*: the share of these quarters in which it is silent;
- *silent_measures*: the share of the measures that have the line in which it sounds nothing.

Melody, by the steps between successive attacks of a line without a rest between them, from outer note to outer note
(the lowest of a low line, the highest of any other):
- *repeated*: steps of 0 semitones; *steps*: of 1 or 2; *leaps_fifth*: over 7; *leaps_octave*: over 12.

Chords, at the moments at which a line attacks a note:
- *notes_a_chord*: the number of notes that a line attacks at once, where these are two or more;
- *chord_notes*: the share of the attacked notes that are attacked together with another of the line;
- *span_octave*, *span_tenth*, *span_twelfth*: of the moments with two or more notes sounding in a hand (a line of a
  part with two or more staves) those where the outer notes are over 12, 16 and 19 semitones apart;
- *double_stops*: of the moments of attack of a bowed line those with two or more notes sounding;
- *refused*: of the moments with two or more notes sounding those that `can_play` refuses to the instrument.

Range, by attacked notes of lines whose range is known:
- *uncomfortable*: outside the comfortable range; *out_of_range*: outside the extreme range.

Harmony:
- *foreign*: the share of the attacked notes, as spelled, that are not in the scale of the key signature;
- *crossed*: of the moments with an attack at which two neighbouring lines of one family sound, those where the top note
  of the lower line in the score is above the top note of the upper one;
- *tertian*: of the beats with three or more pitch classes, those in which all belong to one triad or seventh chord;
- *changes_a_quarter*: the moments at which the set of sounding pitches changes, in all quarters;
- *longest_stretch*: the longest time of a piece in which no line attacks or falls silent, in quarters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise
from types import MappingProxyType

from scoregen.evaluation.metrics.bootstrap import Rate, pooled
from scoregen.evaluation.metrics.lines import Grouping, Line, Moment, Piece, Player, lines_of, rhythm
from scoregen.score.elements import Score
from scoregen.score.ensemble import Role
from scoregen.score.ensemble.playability import can_play
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, CHORD_KINDS, pitch_classes
from scoregen.tokens.encode import encode, pitched_slots
from scoregen.tokens.events import Header, TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription, describe_voices

ALL = "all"
"""The group of all lines."""
LABELS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "rhythm_as_before": ("rhythm of the measure before, %", 100),
        "rhythm_as_another": ("rhythm of another line, %", 100),
        "attacks_a_quarter": ("attacks a quarter", 1),
        "rests": ("time at rest, %", 100),
        "silent_measures": ("silent measures, %", 100),
        "repeated": ("repeated pitches, % of steps", 100),
        "steps": ("seconds, % of steps", 100),
        "leaps_fifth": ("leaps over a fifth, %", 100),
        "leaps_octave": ("leaps over an octave, %", 100),
        "notes_a_chord": ("notes a chord", 1),
        "chord_notes": ("notes in chords, %", 100),
        "span_octave": ("hands over an octave, %", 100),
        "span_tenth": ("hands over a tenth, %", 100),
        "span_twelfth": ("hands over a twelfth, %", 100),
        "double_stops": ("double stops, % of attacks", 100),
        "refused": ("chords that cannot be played, %", 100),
        "uncomfortable": ("notes outside the comfortable range, %", 100),
        "out_of_range": ("notes outside the range, %", 100),
        "foreign": ("notes outside the key, %", 100),
        "crossed": ("crossed lines, %", 100),
        "tertian": ("beats within a triad or seventh chord, %", 100),
        "changes_a_quarter": ("changes of sonority a quarter", 1),
        "longest_stretch": ("longest stretch without change, quarters", 1),
    }
)
"""The label of each figure, and the factor of its unit."""

Counts = Mapping[str, Mapping[str, tuple[float, float]]]
"""By group and figure the cases and the possible cases of one piece."""
_SECOND, _FIFTH, _OCTAVE, _TENTH, _TWELFTH = 2, 7, 12, 16, 19


def idiom_counts(
    tokens: TokenScore,
    descriptions: Sequence[VoiceDescription],
    roles: Sequence[Role | None] | None = None,
    left_out: Collection[int] = (),
    grouping: Grouping = "voices",
) -> Counts:
    """The counts of a piece in tokens. `roles` are those of its voices; `left_out` are measures that do not count.

    Without a role the range is that of the instrument that has the described range, if there is one.
    """
    piece = lines_of(tokens, descriptions, roles, left_out, grouping)
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for group, figure, cases, possible in _all_cases(piece):
        for name in {group, ALL}:
            sums[name][figure][0] += cases
            sums[name][figure][1] += possible
    return {group: {name: (a, b) for name, (a, b) in row.items()} for group, row in sums.items()}


def score_idiom_counts(score: Score, roles: Mapping[str, Role] | None = None, grouping: Grouping = "voices") -> Counts:
    """The counts of any score; `roles` by part id. Onsets that tokens cannot express move to the nearest ones."""
    slots = pitched_slots(score)
    own = [(roles or {}).get(slot.part) for slot in slots]
    return idiom_counts(encode(score, slots, snap=True), describe_voices(score, slots), own, (), grouping)


def idiom_rates(pieces: Sequence[Counts], *, seed: int = 0) -> dict[str, dict[str, Rate]]:
    """By group and figure the pooled rate of pieces, in the unit of its label; without figures that have no case."""
    groups = sorted({group for piece in pieces for group in piece}, key=lambda name: (name == ALL, name))
    return {group: _rates([piece.get(group, {}) for piece in pieces], seed) for group in groups}


def _rates(rows: Sequence[Mapping[str, tuple[float, float]]], seed: int) -> dict[str, Rate]:
    result = {}
    for name, (_, unit) in LABELS.items():
        counts = [row.get(name, (0.0, 0.0)) for row in rows]
        if any(possible for _, possible in counts):
            result[name] = pooled([a for a, _ in counts], [b for _, b in counts], unit, seed=seed)
    return result


def _all_cases(piece: Piece) -> Iterator[tuple[str, str, float, float]]:
    """Group, figure, cases and possible cases."""
    rhythms = _rhythms(piece)
    for number, line in enumerate(piece.lines):
        for part in (_measure_cases(number, line, piece, rhythms), _melodic_cases(line), _chord_cases(line)):
            yield from ((line.player.family, *case) for case in part)
        yield from ((line.player.family, *case) for case in _pitch_cases(line, piece.headers))
    for upper, lower in pairwise(piece.lines):
        if upper.player.family == lower.player.family:
            yield from ((upper.player.family, *case) for case in _crossings(upper, lower))
    yield from ((ALL, *case) for case in _sonority_cases(piece))


_Rhythms = Sequence[Mapping[int, tuple[tuple[Fraction, str], ...]]]


def _rhythms(piece: Piece) -> _Rhythms:
    return [{index: rhythm(row) for index, row in line.by_measure().items()} for line in piece.lines]


def _measure_cases(number: int, line: Line, piece: Piece, rhythms: _Rhythms) -> Iterator[tuple[str, float, float]]:
    own = rhythms[number]
    for index, moments in line.by_measure().items():
        quarters = float(sum((moment.duration for moment in moments), Fraction(0)))
        silence = float(sum((moment.duration for moment in moments if not moment.sounding), Fraction(0)))
        yield "attacks_a_quarter", sum(bool(moment.attacked) for moment in moments), quarters
        yield "rests", silence, quarters
        yield "silent_measures", not any(moment.sounding for moment in moments), 1
        if not any(moment.attacked for moment in moments):
            continue
        if index - 1 in own and piece.headers[index - 1].duration == piece.headers[index].duration:
            yield "rhythm_as_before", own[index] == own[index - 1], 1
        others = [each[index] for other, each in enumerate(rhythms) if other != number and index in each]
        if others:
            yield "rhythm_as_another", own[index] in others, 1


def _melodic_cases(line: Line) -> Iterator[tuple[str, float, float]]:
    before: Pitch | None = None
    end = Fraction(-1)
    for moment in line.moments:
        if moment.position != end:
            before = None
        end = moment.position + moment.duration
        if not moment.sounding:
            before = None
        elif moment.attacked:
            outer = moment.attacked[0 if line.player.is_low else -1]
            if before is not None:
                size = abs(outer.midi_pitch - before.midi_pitch)
                yield "repeated", size == 0, 1
                yield "steps", 0 < size <= _SECOND, 1
                yield "leaps_fifth", size > _FIFTH, 1
                yield "leaps_octave", size > _OCTAVE, 1
            before = outer


def _chord_cases(line: Line) -> Iterator[tuple[str, float, float]]:
    player = line.player
    is_bowed = player.instrument is not None and bool(player.instrument.strings)
    for moment in line.moments:
        if not moment.attacked:
            continue
        count, is_chord = len(moment.attacked), len(moment.sounding) > 1
        yield "chord_notes", count if count > 1 else 0, count
        if count > 1:
            yield "notes_a_chord", count, 1
        if is_bowed:
            yield "double_stops", is_chord, 1
        if is_chord:
            yield from _sounding_chord_cases(player, moment)


def _sounding_chord_cases(player: Player, moment: Moment) -> Iterator[tuple[str, float, float]]:
    span = moment.sounding[-1].midi_pitch - moment.sounding[0].midi_pitch
    if player.staves > 1:
        yield "span_octave", span > _OCTAVE, 1
        yield "span_tenth", span > _TENTH, 1
        yield "span_twelfth", span > _TWELFTH, 1
    if player.instrument is not None:
        yield "refused", not can_play(player.instrument, moment.sounding), 1


def _pitch_cases(line: Line, headers: Sequence[Header]) -> Iterator[tuple[str, float, float]]:
    comfortable, extreme = line.player.comfortable, line.player.range
    for moment in line.moments:
        fifths = headers[moment.measure].key.fifths
        for pitch in moment.attacked:
            yield "foreign", not -1 <= pitch.fifths - fifths <= 5, 1
            if comfortable is not None and extreme is not None:
                yield "uncomfortable", _is_outside(pitch, comfortable), 1
                yield "out_of_range", _is_outside(pitch, extreme), 1


def _is_outside(pitch: Pitch, limits: tuple[Pitch, Pitch]) -> bool:
    return not limits[0].midi_pitch <= pitch.midi_pitch <= limits[1].midi_pitch


def _crossings(upper: Line, lower: Line) -> Iterator[tuple[str, float, float]]:
    above = {moment.position: moment for moment in upper.moments}
    for moment in lower.moments:
        other = above.get(moment.position)
        if other is not None and other.sounding and moment.sounding and (other.attacked or moment.attacked):
            yield "crossed", moment.sounding[-1].midi_pitch > other.sounding[-1].midi_pitch, 1


def _sonority_cases(piece: Piece) -> Iterator[tuple[str, float, float]]:
    """The cases of all lines together."""
    together: dict[Fraction, list[Moment]] = defaultdict(list)
    for line in piece.lines:
        for moment in line.moments:
            together[moment.position].append(moment)
    quarters = float(sum((piece.headers[index].duration for index in piece.counted), Fraction(0)))
    changes = list(_changes(together))
    yield "changes_a_quarter", sum(is_new for _, is_new in changes), quarters
    yield "longest_stretch", float(_longest([position for position, _ in changes], piece)), 1
    yield from _tertian_cases(piece)


def _changes(together: Mapping[Fraction, Sequence[Moment]]) -> Iterator[tuple[Fraction, bool]]:
    """The positions at which a line attacks or falls silent, and whether the set of sounding pitches changes there."""
    before: tuple[frozenset[int], ...] = ()
    for position in sorted(together):
        row = together[position]
        now = tuple(frozenset(pitch.midi_pitch for pitch in moment.sounding) for moment in row)
        if now != before or any(moment.attacked for moment in row):
            yield position, frozenset().union(*now) != frozenset().union(*before)
        before = now


def _longest(changes: Sequence[Fraction], piece: Piece) -> Fraction:
    """The longest time between changes, in which every measure that does not count begins and ends one."""
    starts = list(accumulate((header.duration for header in piece.headers), initial=Fraction(0)))
    skipped = set(range(len(piece.headers))) - set(piece.counted)
    places = sorted({*changes, *(starts[index + end] for index in skipped for end in (0, 1)), starts[0], starts[-1]})
    silent = {starts[index] for index in skipped}
    return max((end - start for start, end in pairwise(places) if start not in silent), default=Fraction(0))


def _tertian_cases(piece: Piece) -> Iterator[tuple[str, float, float]]:
    rows = [line.by_measure() for line in piece.lines]
    for index in piece.counted:
        moments = [row[index] for row in rows if index in row]
        for beat in _beats(piece.headers[index]):
            pitches = [pitch for line in moments for pitch in _at(line, beat)]
            classes = frozenset(pitch.midi_pitch % 12 for pitch in pitches)
            if len(classes) > 2:
                yield "tertian", _is_tertian(classes), 1


def _beats(header: Header) -> list[Fraction]:
    """The onsets of the beats of a measure."""
    places = [Fraction(0), *accumulate(header.time.groups)]
    return [place - header.start for place in places if 0 <= place - header.start < header.duration]


def _at(moments: Sequence[Moment], onset: Fraction) -> tuple[Pitch, ...]:
    return next((m.sounding for m in moments if m.onset <= onset < m.onset + m.duration), ())


@cache
def _is_tertian(classes: frozenset[int]) -> bool:
    """Whether all pitch classes belong to one triad or seventh chord."""
    kinds = [name for name in CHORD_KINDS if name not in AUGMENTED_SIXTHS]
    return any(classes <= set(pitch_classes(root, kind)) for kind in kinds for root in range(12))
