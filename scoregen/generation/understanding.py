"""What was understood of a score: which voice is which role, key, metre, beat, what is given and what is blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from scoregen.generation.seating import Seating
from scoregen.generation.stand_ins import stand_ins
from scoregen.score.elements import Measure, Part, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, Role, choir_notice, ensemble_advice, is_unseen
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import UNISON
from scoregen.score.rhythm import NoteValue
from scoregen.system.wording import measures_named

ChordSymbolUse = Literal["none", "ignored", "followed"]

_HANDS = ("right hand", "left hand")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of a score. `str` is one line.

    `roles` are pairs of a name on the page and its role; parts that no role takes are in `ignored`. `keys` and
    `metres` are those of the piece in order. `given` and `blank` are voices by their names, with the measures that
    are blank if not all are. `added` are the roles that get a new staff.
    """

    roles: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    keys: tuple[str, ...]
    metres: tuple[str, ...]
    beat: str
    given: tuple[str, ...]
    blank: tuple[str, ...]
    added: tuple[str, ...]
    chord_symbols: ChordSymbolUse

    def __str__(self) -> str:
        pairs = (role if name.lower() == role else f"{name} = {role}" for name, role in self.roles)
        new = f" (new: {', '.join(self.added)})" if self.added else ""
        fields = [
            ", ".join(pairs),
            *([f"left as it is: {', '.join(self.ignored)}"] if self.ignored else []),
            f"{', '.join(self.keys)}, {', '.join(self.metres)} (beat: {self.beat})",
            f"given: {', '.join(self.given) or 'nothing'}",
            f"to write: {', '.join(self.blank)}{new}",
            *([f"chord symbols {self.chord_symbols}"] if self.chord_symbols != "none" else []),
        ]
        return "; ".join(fields)


@dataclass(frozen=True, slots=True)
class UnderstoodVoice:
    """What a role has of a page: the name printed there, None for a new staff; how it is called; its voices."""

    role: str
    printed: str | None
    label: str
    slots: Sequence[Slot]


def seated_voices(ensemble: Ensemble, seating: Seating, slots: Mapping[str, Slot]) -> list[UnderstoodVoice]:
    """The voices of a choir at their slots by role, called by their printed names if these are distinct."""
    printed = {name: line.name for name, line in seating.lines.items()}
    on_page = list(printed.values())
    labels = {name: own for name, own in printed.items() if on_page.count(own) == 1}
    return [
        UnderstoodVoice(name, printed.get(name), labels.get(name, name), [slots[name]])
        for name in (role.name for role in ensemble.roles)
        if name in slots
    ]


def understanding_of(
    page: Score, voices: Sequence[UnderstoodVoice], ignored: Sequence[str], keys: Sequence[Key]
) -> Understanding:
    """What was understood of a page whose blanks are marked; `ignored` are the names of what no role takes."""
    blank = [(row.label, _blank_measures(page, row)) for voice in voices for row in _by_staff(page, voice)]
    return Understanding(
        tuple((voice.printed, voice.role) for voice in voices if voice.printed is not None),
        tuple(ignored),
        tuple(str(key) for key, _ in groupby(keys)),
        tuple(str(time) for time, _ in groupby(measure.time for measure in page.measures)),
        beat_name(page.measures[0].time) if page.measures else "quarter",
        tuple(label for voice in voices for label in _given_labels(page, voice)),
        tuple(_named(page, label, indices) for label, indices in blank if indices),
        tuple(voice.role for voice in voices if voice.printed is None),
        "ignored" if any(measure.chord_symbols for measure in page.measures) else "none",
    )


def _by_staff(page: Score, voice: UnderstoodVoice) -> list[UnderstoodVoice]:
    """A role as a whole, or by its staves if other measures of one are blank than of another: the hands of a piano."""
    staves = sorted({slot.staff for slot in voice.slots})
    names = _HANDS if len(staves) == len(_HANDS) else [f"staff {staff}" for staff in staves]
    rows = [
        replace(voice, label=f"{voice.label} ({name})", slots=[slot for slot in voice.slots if slot.staff == staff])
        for staff, name in zip(staves, names, strict=True)
    ]
    return rows if len({tuple(_blank_measures(page, row)) for row in rows}) > 1 else [voice]


def _given_labels(page: Score, voice: UnderstoodVoice) -> list[str]:
    """What is given of a role: all of it by its own name, or one of its staves."""
    rows = _by_staff(page, voice)
    given = [row.label for row in rows if _is_given(page, row)]
    return [voice.label] if len(given) == len(rows) else given


def page_notices(
    score: Score, ensemble: Ensemble, players: Ensemble, seating: Seating, unseen: Sequence[Role]
) -> list[str]:
    """What of the page is not as the network knows it."""
    notices = [
        f"part {part.name or part.id!r} has no role in {ensemble.name}: it is kept unchanged and ignored"
        for part in seating.kept
        if not is_unseen(score, part)
    ]
    notices += unseen_notices(score, seating.kept)
    notices += [choral] if (choral := choir_notice(score)) else []
    advice = ensemble_advice(score, ensemble) if seating.kept else ""
    notices += [advice] if advice else []
    notices += [
        f"{line.name}: no role is left for this voice; it is kept unchanged and ignored" for line in seating.unseated
    ]
    interval = f", moved by {seating.interval}" if seating.interval != UNISON else ""
    if seating.own_order:
        pairs = ", ".join(f"{line.name} as {name}" for name, line in seating.lines.items())
        notices.append(f"the network knows {ensemble.name} only, not these voices: it reads {pairs}{interval}")
    elif players is not ensemble:
        pairs = ", ".join(f"{name} as {player.name}" for name, player in stand_ins(ensemble, players).items())
        notices.append(f"the network knows {players.name} only: it reads {pairs}{interval}")
    if unseen:
        names = ",".join(role.name for role in unseen)
        notices.append(f"no staff is added for {names}; --add {names} adds them")
    return notices


def unseen_notices(score: Score, kept: Sequence[Part]) -> list[str]:
    """A notice for each part that stays empty because the page hides it."""
    return [
        f"{score.part_name(part.id)}: the page hides this part, which stays empty; --role ROLE={number} fills it"
        for number, part in enumerate(score.parts, 1)
        if part in kept and is_unseen(score, part)
    ]


def signature_notices(page: Score, keys: Sequence[Key], *, asked: bool) -> list[str]:
    """A notice for each stretch whose key signature is not that of its key."""
    notices = []
    for (signature, key), group in groupby(
        zip((measure.key for measure in page.measures), keys, strict=True),
    ):
        del group
        if not asked and signature.fifths != key.signature.fifths and not signature.custom:
            notices.append(
                f"the key signature has {_accidentals(signature)}, but the notes are in {key}"
                f" ({_accidentals(key.signature)}); it stays as it is, and new voices are written in {key}"
            )
    return list(dict.fromkeys(notices))


def _accidentals(signature: KeySignature) -> str:
    count = abs(signature.fifths)
    kind = "sharp" if signature.fifths > 0 else "flat"
    return f"{count} {kind}{'s' if count > 1 else ''}" if count else "no accidentals"


def _blank_measures(page: Score, voice: UnderstoodVoice) -> list[int]:
    return [index for index, measure in enumerate(page.measures) if any(own.is_blank for own in _of(measure, voice))]


def _is_given(page: Score, voice: UnderstoodVoice) -> bool:
    """Whether a voice is not blank everywhere; one hand of a piano may be given, and the other blank."""
    return any(not (own := _of(measure, voice)) or not all(each.is_blank for each in own) for measure in page.measures)


def _of(measure: Measure, voice: UnderstoodVoice) -> list[Voice]:
    return [own for own in measure.voices if own.slot in voice.slots]


def _named(page: Score, name: str, indices: Sequence[int]) -> str:
    """A role with the measures in which it is blank, unless that is the whole piece."""
    if len(indices) == len(page.measures):
        return name
    return f"{name} ({measures_named([measure.number for measure in page.measures], indices)})"


def beat_name(time: TimeSignature) -> str:
    """The note value of the first beat of a metre in words."""
    value = NoteValue.plain(time.groups[0])
    return "beat" if value is None else f"{'dotted ' * value.dots}{value.type}"
