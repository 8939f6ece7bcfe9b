"""The <part-list>: names, instruments and MIDI channels of the parts, and their groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml import etree

from scoregen.notation.musicxml.write.elements import add, is_identifier
from scoregen.score.elements import Instrument, Part, Score
from scoregen.score.pitch import Unpitched

SYMBOLS = ("bracket", "brace", "line", "square")
"""The group symbols, which a number may follow (`brace 2`); a group of another name has a bracket."""
_PERCUSSION_CHANNEL = 10
_CHANNELS = tuple(channel for channel in range(1, 17) if channel != _PERCUSSION_CHANNEL)


@dataclass(frozen=True, slots=True)
class PartEntry:
    """The declaration of a part: its id in the file, its MIDI channel, its instruments by id."""

    part: Part
    id: str
    channel: int
    instruments: tuple[tuple[str, Instrument], ...]

    @property
    def instrument_ids(self) -> Mapping[str, str]:
        """The id of each instrument by its name."""
        return {instrument.name: own_id for own_id, instrument in self.instruments}


def part_entries(
    score: Score, parts: Iterable[Part], taken: Collection[str] = (), channel: int = 0
) -> tuple[PartEntry, ...]:
    """An entry for each part; ids that are invalid or taken are replaced.

    `channel` is the number of MIDI channels that other parts have.
    """
    used = set(taken)
    entries = []
    for order, part in enumerate(parts, start=channel):
        own_id = _free_id(part.id, used)
        used.add(own_id)
        instruments = tuple(
            (_free_id(f"{own_id}-I{number}", used), instrument)
            for number, instrument in enumerate(_instruments(score, part), start=1)
        )
        used.update(instrument_id for instrument_id, _ in instruments)
        entries.append(PartEntry(part, own_id, _channel(part, order), instruments))
    return tuple(entries)


def score_part(entry: PartEntry) -> etree._Element:
    """The <score-part> of an entry."""
    element = etree.Element("score-part", {"id": entry.id})
    add(element, "part-name", entry.part.name)
    if entry.part.abbreviation:
        add(element, "part-abbreviation", entry.part.abbreviation)
    for own_id, instrument in entry.instruments:
        declared = add(element, "score-instrument", attributes={"id": own_id})
        add(declared, "instrument-name", instrument.name)
        if instrument.sound:
            add(declared, "instrument-sound", instrument.sound)
    for own_id, instrument in entry.instruments:
        midi = add(element, "midi-instrument", attributes={"id": own_id})
        add(midi, "midi-channel", _PERCUSSION_CHANNEL if instrument.percussion else entry.channel)
        add(midi, "midi-program", instrument.midi_program)
        if instrument.midi_unpitched is not None:
            add(midi, "midi-unpitched", instrument.midi_unpitched)
    return element


def part_list(entries: Sequence[PartEntry]) -> etree._Element:
    """All entries, with a bracket around each run of parts of one group."""
    element = etree.Element("part-list")
    for number, (group, run) in enumerate(groupby(entries, key=lambda entry: entry.part.group), start=1):
        members = list(run)
        if group is not None:
            element.append(group_start(group, str(number), [entry.part for entry in members]))
        element.extend([score_part(entry) for entry in members])
        if group is not None:
            element.append(group_stop(str(number)))
    return element


def group_start(group: str, number: str, parts: Sequence[Part]) -> etree._Element:
    """A bracket without a name; barlines run through it if no part is vocal or lacks an instrument."""
    element = etree.Element("part-group", {"type": "start", "number": number})
    symbol = group.partition(" ")[0]
    add(element, "group-symbol", symbol if symbol in SYMBOLS else "bracket")
    add(element, "group-barline", "yes" if all(_is_instrumental(part) for part in parts) else "no")
    return element


def group_stop(number: str) -> etree._Element:
    return etree.Element("part-group", {"type": "stop", "number": number})


def _is_instrumental(part: Part) -> bool:
    sound = part.instrument.sound if part.instrument is not None else None
    return sound is not None and not sound.startswith("voice.")


def _free_id(wish: str, used: Collection[str]) -> str:
    base = wish if is_identifier(wish) else f"P{wish}" if is_identifier(f"P{wish}") else "P"
    candidate, count = base, 1
    while candidate in used or not is_identifier(candidate):
        count += 1
        candidate = f"{base}.{count}"
    return candidate


def _channel(part: Part, order: int) -> int:
    if part.instrument is not None and part.instrument.percussion:
        return _PERCUSSION_CHANNEL
    return _CHANNELS[order % len(_CHANNELS)]


def _instruments(score: Score, part: Part) -> list[Instrument]:
    """The part's own instruments, and all others that its unpitched notes name."""
    own = [*([part.instrument] if part.instrument is not None else []), *part.other_instruments]
    names = {instrument.name for instrument in own}
    others = [name for name in _note_instruments(score, part) if name not in names]
    return own + [Instrument(name, percussion=True) for name in others]


def _note_instruments(score: Score, part: Part) -> list[str]:
    pitches = (
        note.pitch
        for measure in score.measures
        for voice in measure.voices
        if voice.slot.part == part.id
        for element in voice.elements
        for note in element.notes
    )
    return list(
        dict.fromkeys(pitch.instrument for pitch in pitches if isinstance(pitch, Unpitched) and pitch.instrument)
    )
