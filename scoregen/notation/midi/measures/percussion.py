"""General MIDI's percussion keys, their staff positions, and the key of an unpitched note."""

from __future__ import annotations

from scoregen.score.elements import Instrument, Part
from scoregen.score.pitch import Unpitched

PLACES = {
    35: "E4",
    36: "F4",
    41: "A4",
    45: "B4",
    38: "C5",
    47: "D5",
    50: "E5",
    51: "F5",
    42: "G5",
    49: "A5",
    44: "D4",
}
"""The staff positions of the keys that drum set notation has."""
_KEYS = {place: key for key, place in PLACES.items()}
_SNARE = 38
_FIRST_NAMED = 35
_NAMES = (
    *("Acoustic Bass Drum", "Bass Drum 1", "Side Stick", "Acoustic Snare", "Hand Clap", "Electric Snare"),
    *("Low Floor Tom", "Closed Hi-Hat", "High Floor Tom", "Pedal Hi-Hat", "Low Tom", "Open Hi-Hat"),
    *("Low-Mid Tom", "Hi-Mid Tom", "Crash Cymbal 1", "High Tom", "Ride Cymbal 1", "Chinese Cymbal"),
    *("Ride Bell", "Tambourine", "Splash Cymbal", "Cowbell", "Crash Cymbal 2", "Vibraslap", "Ride Cymbal 2"),
    *("Hi Bongo", "Low Bongo", "Mute Hi Conga", "Open Hi Conga", "Low Conga", "High Timbale", "Low Timbale"),
    *("High Agogo", "Low Agogo", "Cabasa", "Maracas", "Short Whistle", "Long Whistle", "Short Guiro"),
    *("Long Guiro", "Claves", "Hi Wood Block", "Low Wood Block", "Mute Cuica", "Open Cuica", "Mute Triangle"),
    "Open Triangle",
)


def unpitched_note(key: int) -> Unpitched:
    """The note of a percussion key from 0. A key without a staff position gets the snare's and names its instrument."""
    place = PLACES.get(key)
    if place is not None:
        return Unpitched(place[0], int(place[1]))
    return Unpitched("C", 5, percussion_instrument(key).name)


def percussion_instrument(key: int) -> Instrument:
    """The instrument of a percussion key from 0."""
    index = key - _FIRST_NAMED
    name = _NAMES[index] if 0 <= index < len(_NAMES) else f"Percussion {key}"
    return Instrument(name, percussion=True, midi_unpitched=key + 1)


def percussion_key(note: Unpitched, part: Part) -> int:
    """The key of the note's instrument, else that of its staff position, else the snare."""
    instruments = [*([part.instrument] if part.instrument is not None else []), *part.other_instruments]
    matches = [instrument for instrument in instruments if instrument.name == note.instrument]
    if note.instrument is None and len(instruments) == 1:
        matches = instruments
    key = next((instrument.midi_unpitched for instrument in matches if instrument.midi_unpitched is not None), None)
    return key - 1 if key is not None else _KEYS.get(f"{note.step}{note.octave}", _SNARE)
