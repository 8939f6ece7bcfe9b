"""What a plan gives the parts of a section before a note is sampled: rests of those that are silent, and the motif."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from scoregen.plan.piece.motif import MotifNote, motif_elements, parse_motif
from scoregen.plan.piece.piece_plan import TEXTURES, SectionPlan
from scoregen.score.elements import Element, Measure, Part, Rest, Voice
from scoregen.score.ensemble import Ensemble, Role
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue


def silent(measure: Measure) -> Measure:
    """The measure with rests in all voices, and no phrase end."""
    return replace(resting(measure, {voice.slot.part for voice in measure.voices}), phrase_ends=())


def resting(measure: Measure, parts: Collection[str]) -> Measure:
    """The measure with rests in all voices of some parts."""
    rests = (Rest(NoteValue.of(measure.duration)),)
    voices = (Voice(each.slot, rests) if each.slot.part in parts else each for each in measure.voices)
    return replace(measure, voices=tuple(voices))


def with_texture(
    measures: Sequence[Measure], section: SectionPlan, ensemble: Ensemble, parts: Sequence[Part]
) -> list[Measure]:
    """The measures of a section with rests in the parts that its texture leaves out."""
    playing = playing_roles(section, ensemble)
    silent_parts = {part.id for part, role in zip(parts, ensemble.roles, strict=True) if role not in playing}
    return [resting(measure, silent_parts) for measure in measures] if silent_parts else list(measures)


def playing_roles(section: SectionPlan, ensemble: Ensemble) -> Sequence[Role]:
    """The roles that play; all without a texture. InputError for a name that the ensemble does not have."""
    roles, texture = ensemble.roles, section.texture
    half = (len(roles) + 1) // 2
    if texture in ("", "full") or len(roles) == 1:
        return roles
    if texture in TEXTURES:
        inner = max(0, (3 * len(roles) + 4) // 5 - 2)
        return {
            "thin": (roles[0], *roles[1 : 1 + inner], roles[-1]),
            "outer": (roles[0], roles[-1]),
            "upper": roles[:half],
            "lower": roles[-half:],
            "solo": roles[:1],
        }[texture]
    return _named(section, "texture", ensemble)


def _named(section: SectionPlan, key: str, ensemble: Ensemble) -> Sequence[Role]:
    """The roles that a key names."""
    names = [name.strip() for name in getattr(section, key).split(",")]
    known = {name: role for role in ensemble.roles for name in (*role.aliases, role.title.lower(), role.name)}
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        expected = ", ".join(role.name for role in ensemble.roles)
        section.fail(key, f"found {unknown!r}, which is no part of {ensemble.name}; expected some of: {expected}")
    return [role for role in ensemble.roles if role in [known[name] for name in names]]


def with_motif(
    measures: Sequence[Measure], section: SectionPlan, ensemble: Ensemble, parts: Sequence[Part]
) -> list[Measure]:
    """The measures of a section with its motif in the highest part that plays, at each of its places."""
    found = list(measures)
    if not section.motif:
        return found
    role = _leading_role(section, ensemble)
    part = parts[ensemble.roles.index(role)].id
    middle = _fitting_middle(section, role)
    for index, notes in _motif_measures(section, measures):
        if not found[index].is_short:
            own = motif_elements(notes, section.key, section.time, middle)
            found[index] = _with_voice(found[index], part, own)
    return found


def motif_notices(section: SectionPlan, measures: Sequence[Measure]) -> list[str]:
    """A notice for each measure that the anacrusis shortens, so that the motif has no room there."""
    if not section.motif:
        return []
    upbeats = 1 if measures[0].implicit else 0
    return [
        f"section {section.name!r}: the motif is left out in measure {index + 1 - upbeats} of the section, which has"
        f" {float(measures[index].duration):g} of {float(section.time.duration):g} quarters beside the anacrusis; let"
        " the motif end before it, or omit anacrusis"
        for index, _ in _motif_measures(section, measures)
        if measures[index].is_short
    ]


def _motif_measures(section: SectionPlan, measures: Sequence[Measure]) -> Iterator[tuple[int, Sequence[MotifNote]]]:
    """The index of each measure that the motif comes in, with its notes there."""
    first = 1 if measures[0].implicit else 0
    tune = parse_motif(section.motif, section.time)
    for place in section.motif_at or (section.silence + 1,):
        for index, notes in enumerate(tune, first + place - 1):
            if index < len(measures):
                yield index, notes


def _fitting_middle(section: SectionPlan, role: Role) -> int:
    """The MIDI number near which the tonic lies, an octave or two off the usual one if the role lacks notes there.

    InputError if no octave has all notes.
    """
    usual = _middle(role, section.register)
    middles = (usual + octave for octave in OCTAVES)
    found = next((middle for middle in middles if _first_outside(section, role, middle) is None), None)
    if found is None:
        low, high = role.range_on(1)
        outside = _first_outside(section, role, usual)
        section.fail(
            "motif",
            f"found {outside}, beyond {role.name} ({low} to {high}), and no other octave has all notes; make its range"
            " smaller, or give another motif_part",
        )
    return found


OCTAVES = (0, -12, 12, -24, 24)
"""The semitones by which a motif is moved until it fits, the first first."""


def _first_outside(section: SectionPlan, role: Role, middle: int) -> Pitch | None:
    """The first note of a motif that the role does not have; None if it has all."""
    low, high = (pitch.midi_pitch for pitch in role.range_on(1))
    rows = (motif_elements(row, section.key, section.time, middle) for row in parse_motif(section.motif, section.time))
    pitches = (note.pitch for row in rows for element in row for note in element.notes)
    return next((each for each in pitches if isinstance(each, Pitch) and not low <= each.midi_pitch <= high), None)


def _leading_role(section: SectionPlan, ensemble: Ensemble) -> Role:
    """The role that has the motif. InputError if it is silent or unknown."""
    playing = playing_roles(section, ensemble)
    if section.motif_part in ("", "highest", "lowest"):
        return playing[-1 if section.motif_part == "lowest" else 0]
    role, *others = _named(section, "motif_part", ensemble)
    if others:
        section.fail("motif_part", f"found {section.motif_part!r}; expected one part")
    if role not in playing:
        section.fail("motif_part", f"found {role.name!r}, which is silent by the texture {section.texture!r}")
    return role


def _middle(role: Role, register: int) -> int:
    """The MIDI number near which the tonic of a motif lies, so that its notes stay in the usual range."""
    lowest, highest = role.comfortable[0].midi_pitch, role.comfortable[1].midi_pitch
    lowest = max(lowest, MIDDLE_C) if role.staves > 1 else lowest
    low, high = usual_range(lowest, highest)
    return min(max((low + high) // 2 + register - 2, lowest + 5), highest - 9)


MIDDLE_C = 60
"""The lowest note of the usual range of a right hand."""


def usual_range(lowest: int, highest: int, *, is_bass: bool = False) -> tuple[int, int]:
    """The part of a comfortable range in which a voice is when nothing else is asked for, in MIDI numbers."""
    width = highest - lowest
    return (lowest, lowest + width // 2) if is_bass else (lowest + width // 10, lowest + 7 * width // 10)


def _with_voice(measure: Measure, part: str, elements: tuple[Element, ...]) -> Measure:
    """The measure with elements in the first voice of a part."""
    slot = next(voice.slot for voice in measure.voices if voice.slot.part == part)
    voices = (Voice(slot, elements) if voice.slot == slot else voice for voice in measure.voices)
    return replace(measure, voices=tuple(voices))
