"""Joins the parts' measures: one `Measure` for each column, or a RefusedError."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from scoregen.notation.musicxml.read.attributes import signature_of
from scoregen.notation.musicxml.read.part_measure import PartMeasure
from scoregen.notation.musicxml.read.spanners import StrandKey
from scoregen.notation.musicxml.read.voices import fill_voice
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import Direction, rank
from scoregen.score.elements import Barline, Break, Measure, Slot, Tempo, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature
from scoregen.system.errors import RefusedError

_NO_KEY = KeySignature()
_WITHOUT_TIME = TimeSignature((4,), 4)
_CLOSING = ("light-heavy", "heavy-light", "heavy-heavy")
_ZERO = Fraction(0)
Share = tuple[str, PartMeasure]
"""A part's id and its measure."""


def join_parts(shares: Sequence[Share], slots: Mapping[str, Mapping[StrandKey, Slot]], is_last: bool) -> Measure:
    """One column of the score; `shares` in part order, at least one.

    Raises RefusedError if the parts have different metres.
    """
    measures = [share for _, share in shares]
    barline = _barline(measures)
    implicit = any(share.implicit for share in measures)
    ends_section = implicit or is_last or barline.repeat_times > 0 or barline.style in _CLOSING
    time = _time(shares)
    duration = _length(measures, ends_section, time)
    time = time or (signature_of(duration) if duration else _WITHOUT_TIME)
    duration = duration or time.duration
    key = _key(measures)
    return Measure(
        number=measures[0].number,
        duration=duration,
        time=time,
        key=key,
        voices=tuple(_voices(shares, slots, duration)),
        implicit=implicit,
        barline=barline,
        repeat_start=any(share.repeat_start for share in measures),
        endings=next((share.endings for share in measures if share.endings), ()),
        tempos=_tempos(measures),
        phrase_ends=tuple(sorted(frozenset[Fraction]().union(*(share.phrase_ends for share in measures)))),
        own_keys=tuple(_own_keys(shares, key)),
        directions=_directions(measures),
        chord_symbols=_chord_symbols(measures),
        spanners=tuple(spanner for share in measures for spanner in share.spanners),
        break_before=_break_before(measures),
        changes=_changes(measures),
    )


def of_one_metre(shares: Sequence[Share]) -> tuple[list[Share], str]:
    """The shares without those whose metre differs from that of most parts, and the reason why some are left out."""
    try:
        _time(shares)
    except RefusedError as error:
        lengths = Counter(share.length for _, share in shares if share.length and share.time is not None)
        usual = lengths.most_common(1)[0][0]
        return [(part, share) for part, share in shares if share.length == usual], error.message
    return list(shares), ""


def _length(measures: Sequence[PartMeasure], ends_section: bool, time: TimeSignature | None) -> Fraction:
    """The actual length: that of the longest strand with notes, or of silence within the metre.

    Notes always count. Rests and <forward> beyond the time signature do not lengthen a measure that has notes.
    At the end of a section and in an implicit measure, which may be incomplete on purpose, <forward> and
    whole-measure rests do not lengthen it either.
    """
    strands = [strand for share in measures for strand in share.strands]
    sounding = max((strand.end for strand in strands if strand.sounds), default=_ZERO)
    rests = [strand.end for strand in strands if not (ends_section and strand.is_lone_rest)]
    forwards = [] if ends_section else [share.length for share in measures]
    if sounding == 0:
        return max((strand.end for strand in strands), default=_ZERO) or max(share.length for share in measures)
    is_regular = time is not None and not any(change.time for share in measures for change in share.changes)
    bound = time.duration if time is not None and is_regular else sounding
    return max([sounding, *(end for end in (*rests, *forwards) if end <= bound)])


def _time(shares: Sequence[Share]) -> TimeSignature | None:
    """The common time signature; if parts differ, the one that fits their length."""
    named = list(dict.fromkeys(share.time for _, share in shares if share.time is not None))
    if len(named) < 2:
        return named[0] if named else None
    if len({time.duration for time in named}) > 1:
        _refuse_polymetre(shares)
    length = max(share.length for _, share in shares)
    return next((time for time in named if time.duration == length), named[0])


def _refuse_polymetre(shares: Sequence[Share]) -> None:
    """Different signatures are accepted while all parts are equally long."""
    lengths: dict[Fraction, str] = {}
    for part, share in shares:
        if share.length and share.time is not None:
            lengths.setdefault(share.length, f"part {part} has {share.time} ({share.length} quarters)")
    if len(lengths) > 1:
        raise RefusedError(
            f"the parts have different metres at once: {', '.join(lengths.values())}; expected one metre"
        )


def _key(measures: Sequence[PartMeasure]) -> KeySignature:
    """The sounding key of most parts; of equally frequent keys the first."""
    keys = [share.key for share in measures if share.key is not None]
    if not keys or keys.count(keys[0]) == len(keys):
        return keys[0] if keys else _NO_KEY
    (fifths, custom), _ = Counter((key.fifths, key.custom) for key in keys).most_common(1)[0]
    return next(key for key in keys if (key.fifths, key.custom) == (fifths, custom))


def _own_keys(shares: Sequence[Share], key: KeySignature) -> Iterable[tuple[str, KeySignature]]:
    """The parts whose sounding key is not that of most; the mode is ignored."""
    for part, share in shares:
        if share.key is not None and (share.key.fifths, share.key.custom) != (key.fifths, key.custom):
            yield part, share.key


def _voices(
    shares: Sequence[Share], slots: Mapping[str, Mapping[StrandKey, Slot]], duration: Fraction
) -> Iterable[Voice]:
    for part, share in shares:
        own = slots[part]
        for strand in sorted(share.strands, key=lambda strand: own[strand.key]):
            yield fill_voice(strand, own[strand.key], duration)


def _barline(measures: Sequence[PartMeasure]) -> Barline:
    regular = Barline()
    return next((share.barline for share in measures if share.barline != regular), regular)


def _tempos(measures: Sequence[PartMeasure]) -> tuple[Tempo, ...]:
    """The tempos of all parts, each once; a printed tempo is preferred to one that only sounds."""
    every = [tempo for share in reversed(measures) for tempo in share.tempos]
    found: dict[tuple[Fraction, Fraction], Tempo] = {}
    for tempo in sorted(every, key=_is_printed) if len(every) > 1 else every:
        found[tempo.onset, tempo.quarters_per_minute] = tempo
    return tuple(sorted(found.values(), key=lambda tempo: tempo.onset))


def _is_printed(tempo: Tempo) -> bool:
    return tempo.text is not None or not tempo.number_implicit


def _directions(measures: Sequence[PartMeasure]) -> tuple[Direction, ...]:
    """The directions of all parts by onset, part, staff and kind; those for all parts once, and first."""
    found: dict[object, Direction] = {}
    order: dict[object, tuple[Fraction, int, int, int]] = {}
    for index, share in enumerate(measures):
        for number, direction in enumerate(share.directions):
            is_whole = direction.part is None
            key = (direction.onset, direction.value) if is_whole else (index, number)
            found.setdefault(key, direction)
            order.setdefault(key, (direction.onset, -1 if is_whole else index, direction.staff, rank(direction)))
    return tuple(found[key] for key in sorted(found, key=lambda key: order[key]))


def _chord_symbols(measures: Sequence[PartMeasure]) -> tuple[ChordSymbol, ...]:
    """The chord symbols of all parts by onset, then part."""
    return tuple(sorted((symbol for share in measures for symbol in share.chord_symbols), key=lambda s: s.onset))


def _changes(measures: Sequence[PartMeasure]) -> tuple[SignatureChange, ...]:
    """The signature changes inside the measure: at each onset those of the first part that has some."""
    found: dict[Fraction, SignatureChange] = {}
    for change in (change for share in measures for change in share.changes):
        found.setdefault(change.onset, change)
    return tuple(found[onset] for onset in sorted(found))


def _break_before(measures: Sequence[PartMeasure]) -> Break | None:
    breaks = {share.break_before for share in measures}
    return "page" if "page" in breaks else "system" if "system" in breaks else None
