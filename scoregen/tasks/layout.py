"""The layout of a finished score: open or closed score, and a reduction for rehearsals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from scoregen.score.arrangement.chord_lines import is_two_lines, lower_line, with_given_chords, with_lower_line
from scoregen.score.arrangement.layout import LAYOUTS, closed_score, open_score, with_reduction
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.ensemble import Ensemble, Role, choir_staves, match_roles, role_slots
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import InputError

NEW_SCORE = "the layout is new: page layout and marks of the given file that scoregen does not read are left out"
"""The notice of a score that is not written into its own document."""


MIDDLE_C = 60


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """`layout` is open, closed, or None for that of the score; `reduction` adds a rehearsal reduction."""

    layout: str | None = None
    reduction: bool = False

    def check(self) -> None:
        """InputError for a layout that does not exist."""
        if self.layout is not None and self.layout not in LAYOUTS:
            raise InputError(f"found {self.layout!r} for the layout; expected one of: {', '.join(LAYOUTS)}")


def lay_out(
    score: Score, slots: Sequence[Slot], roles: Sequence[Role], options: LayoutOptions, group: str | None = "Choir"
) -> Score:
    """The score with the voices of some roles, highest first, in another layout.

    A score that has the layout already is unchanged. Raises InputError for an unknown layout.
    """
    options.check()
    half = (len(slots) + 1) // 2
    if options.layout == "open" and not _is_open(score, slots):
        parts = [role.part(f"P{number}", group) for number, role in enumerate(roles, start=1)]
        score, slots = open_score(score, slots, parts)
    elif options.layout == "closed" and not _is_closed(slots):
        halves = [(roles[:half], slots[:half]), (roles[half:], slots[half:])]
        score, slots = closed_score(score, [(_shared_part(own, group), lines) for own, lines in halves if lines])
    if not options.reduction:
        return score
    upper = slots if all(_height(score, slot) >= MIDDLE_C for slot in slots) else slots[:half]
    return with_reduction(score, upper, slots[len(upper) :])


def lay_out_given(score: Score, ensemble: Ensemble, options: LayoutOptions) -> Score:
    """A given score in another layout: its parts by role, or its voices in the order of the roles.

    Chords of two notes in one voice count as two voices; instruments keep their staves. Raises InputError if there
    are not two voices at least.
    """
    options.check()
    if options == LayoutOptions():
        return score
    divided, slots, lowers = _voices(score)
    roles = ensemble.roles
    if lowers and 2 <= len(slots) < len(roles):
        roles = _nearest_roles(divided, slots, roles)
    elif len(slots) != len(roles):
        matched = match_roles(score, ensemble)
        divided, slots, lowers = score, list(role_slots(score, list(matched.values()))), []
        roles = tuple(role for role in ensemble.roles if role.name in matched)
    if len(slots) < 2:
        raise InputError(f"found {len(slots)} voices of {ensemble.name}; a layout needs two at least")
    done = lay_out(divided, slots, roles, options, ensemble.group)
    return done if done.document is None else with_given_chords(done, score, lowers)


def _voices(score: Score) -> tuple[Score, list[Slot], list[Slot]]:
    """The score with chords of two notes as two voices, its voices that sound from top to bottom, and the new ones."""
    slots: list[Slot] = []
    lowers: list[Slot] = []
    choral = {part for part, _ in choir_staves(score)}
    for slot in score.slots:
        is_played = slot.part not in choral and _is_instrument(score.part(slot.part))
        if is_played or not _sounds(score, slot):
            continue
        slots.append(slot)
        if is_two_lines(score, slot):
            lower = lower_line(score, slot)
            score = with_lower_line(score, slot, lower)
            slots.append(lower)
            lowers.append(lower)
    return score, slots, lowers


def _is_instrument(part: Part) -> bool:
    """Whether its clef or its instrument says that a part is played."""
    if any(clef.sign in ("percussion", "TAB") for clef in part.clefs):
        return True
    sound = part.instrument.sound if part.instrument is not None else None
    return sound is not None and not sound.startswith("voice.")


def _sounds(score: Score, slot: Slot) -> bool:
    return any(not voice.is_silent for measure in score.measures for voice in measure.voices if voice.slot == slot)


def _nearest_roles(score: Score, slots: Sequence[Slot], roles: Sequence[Role]) -> tuple[Role, ...]:
    """As many roles, in order, as there are voices: those whose ranges are nearest to the voices."""
    heights = [_height(score, slot) for slot in slots]

    def distance(chosen: Sequence[Role]) -> float:
        middles = [(role.comfortable[0].midi_pitch + role.comfortable[1].midi_pitch) / 2 for role in chosen]
        return sum(abs(height - middle) for height, middle in zip(heights, middles, strict=True))

    return min(combinations(roles, len(slots)), key=distance)


def _height(score: Score, slot: Slot) -> float:
    """The mean MIDI pitch of a voice that sounds; middle C for one without pitches."""
    pitches = [pitch_of(note).midi_pitch for note in pitched_notes(score) if note.slot == slot]
    return sum(pitches) / len(pitches) if pitches else MIDDLE_C


def _is_open(score: Score, slots: Sequence[Slot]) -> bool:
    parts = [slot.part for slot in slots]
    return len(set(parts)) == len(parts) and all(score.part(part).staves == 1 for part in parts)


def _is_closed(slots: Sequence[Slot]) -> bool:
    half = (len(slots) + 1) // 2
    return len({slot[:2] for slot in slots[:half]}) == 1 and len({slot[:2] for slot in slots[half:]}) <= 1


def _shared_part(roles: Sequence[Role], group: str | None) -> Part:
    """The part of some roles on one staff: the lowest role decides if it has a bass clef, else the highest."""
    part = (roles[-1] if roles[-1].clef.sign == "F" else roles[0]).part("P1", group)
    titles, letters = ", ".join(role.title for role in roles), "".join(role.abbreviation for role in roles)
    return replace(part, name=titles, abbreviation=letters)
