"""Variations of a theme: named techniques that keep the structural notes of its tune."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from scoregen.generation.variation.devices.figures import DEVICES, with_device
from scoregen.generation.variation.grammar import manners, usual_techniques
from scoregen.generation.variation.measuring import Homes, Variation, measured
from scoregen.generation.variation.mode import in_other_mode
from scoregen.generation.variation.network_ear import network_ear
from scoregen.generation.variation.ornament import ornamented
from scoregen.generation.variation.rhythm import in_rhythm
from scoregen.generation.variation.texture import broken_chords
from scoregen.generation.variation.theme import Theme, theme_of
from scoregen.generation.variation.variation_set import with_fitting_slurs, with_variations
from scoregen.generation.variation.voice_exchange import voices_exchanged
from scoregen.notation.results import ScoreResult
from scoregen.score.directions import RepeatMark
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Element, Score
from scoregen.system.errors import InputError
from scoregen.tasks.variation.reharmonised import reharmonised

MOST_VARIATIONS, MOST_MEASURES = 30, 2000
TEXTURE = "texture"


@dataclass(frozen=True, slots=True)
class VaryOptions:
    """`techniques` by name, joined by + to apply several; () takes those that are usual for the theme.

    `strength` is the share of the possible places that change, from 0 to 1. `part` names the part of the tune. With
    `by_network` the network chooses between drafts of ornaments.
    """

    techniques: tuple[str, ...] = ()
    strength: float = 0.7
    count: int | None = None
    seed: int = 0
    part: str | None = None
    by_network: bool = True

    def check(self) -> None:
        """InputError for a value out of its range."""
        if not 0 <= self.strength <= 1:
            raise InputError(f"--strength: found {self.strength:g}; expected a number from 0 to 1")
        if self.count is not None and not 1 <= self.count <= MOST_VARIATIONS:
            raise InputError(f"--count: found {self.count}; expected 1 to {MOST_VARIATIONS} variations")
        for text in self.techniques:
            _check_technique(text)


@dataclass(frozen=True, slots=True, repr=False)
class VariationSet(ScoreResult):
    """The theme with its variations as one score, each variation with its figures, and notices."""

    score: Score
    variations: tuple[Variation, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<VariationSet of {len(self.variations)} variations: {self.score!r}>"


@dataclass(frozen=True, slots=True)
class _Step:
    """The state of a variation between two techniques: its music, where its tune is if it moved, what was chosen."""

    theme: Theme
    homes: Homes = ()
    detail: str = ""


def vary(
    score: Score, options: VaryOptions | None = None, progress: Callable[[float], None] = lambda done: None
) -> VariationSet:
    """The theme, untouched, and variations of it.

    InputError for a value out of range, for a score without a tune, and if a technique that is named has no place in
    the theme; without names, techniques that have none are left out.
    """
    options = options or VaryOptions()
    options.check()
    theme = theme_of(score, options.part)
    names = _names(theme, options)
    if (len(names) + 1) * len(score.measures) > MOST_MEASURES:
        raise InputError(
            f"found {len(score.measures)} measures and {len(names)} variations; expected at most {MOST_MEASURES}"
            " measures together; lower --count"
        )
    found: list[Variation] = []
    notices: list[str] = []
    for number, name in enumerate(names):
        progress(number / len(names))
        try:
            found.append(variation(theme, name, options, number))
        except InputError as error:
            if options.techniques:
                raise
            notices.append(f"the technique {name} is left out: {error.message}")
    if not found:
        raise InputError(f"found no place for a variation: {notices[0] if notices else 'the theme is too short'}")
    lines = [_line(number, each) for number, each in enumerate(found, 1)]
    lost = (*_jump_notice(score), *_marks_notice(theme, found))
    return VariationSet(with_variations(score, found), tuple(found), (*score.notices, *notices, *lost, *lines))


def variation(theme: Theme, name: str, options: VaryOptions, number: int = 0) -> Variation:
    """One variation by a technique, or by several joined by +. InputError if one finds no place."""
    step = _Step(theme)
    for technique in name.split("+"):
        if step.homes:
            raise InputError(f"--technique {name}: voice-exchange comes last; found {technique} after it")
        detail = step.detail
        step = TECHNIQUES[technique](step.theme, options, options.seed * 1000 + number)
        step = replace(step, detail=step.detail or detail)
    music = with_fitting_slurs(step.theme.score)
    done = replace(measured(theme, name, music, step.homes), detail=step.detail)
    if done.share == 0 and options.strength > 0:
        raise InputError(f"{name} finds nothing to change in this theme; name another --technique")
    return done


def _names(theme: Theme, options: VaryOptions) -> tuple[str, ...]:
    """The techniques of the variations, in order."""
    names = options.techniques or usual_techniques(theme.kind)
    count = options.count or len(names)
    return tuple(names[number % len(names)] for number in range(count))


def _check_technique(text: str) -> None:
    for name in text.split("+"):
        if name not in TECHNIQUES:
            raise InputError(
                f"--technique: found {name!r}; expected one of: {', '.join(TECHNIQUES)}, or some joined by +"
            )


def _line(number: int, each: Variation) -> str:
    """What a variation changes and keeps, in one line."""
    kept = f"{each.kept} of {each.structural} structural notes kept"
    place = "" if each.in_place == each.kept else f", {each.in_place} of them at their place"
    name = f"{each.technique} ({each.detail})" if each.detail else each.technique
    has_symbols = any(measure.chord_symbols for measure in each.score.measures)
    items = "notes and chord symbols" if has_symbols else "notes"
    return f"Var. {number}: {name}: {100 * each.share:.0f} % of the {items} changed; {kept}{place}"


def _jump_notice(score: Score) -> tuple[str, ...]:
    jumps = any(isinstance(item.value, RepeatMark) for measure in score.measures for item in measure.directions)
    return ("the theme has jumps (D.C., D.S., Fine); they are left out of the variations",) if jumps else ()


def _marks_notice(theme: Theme, found: Sequence[Variation]) -> tuple[str, ...]:
    """A notice if a device has changed a tune with marks, which belong to the notes that it had."""
    used = [name for name in DEVICES if any(name in each.technique.split("+") and each.share > 0 for each in found)]
    voices = (measure.voice(theme.slot) for measure in theme.score.measures)
    marked = any(_is_marked(element) for voice in voices if voice is not None for element in voice.elements)
    if not used or not marked:
        return ()
    return (f"the words, fermatas, articulations and grace notes of the tune are left out in: {', '.join(used)}",)


def _is_marked(element: Element) -> bool:
    return element.grace or element.fermata or any(note.lyrics or note.articulations for note in element.notes)


def _ornament(technique: str) -> Callable[[Theme, VaryOptions, int], _Step]:
    def apply(theme: Theme, options: VaryOptions, seed: int) -> _Step:
        ear = network_ear(theme.score, theme.slot) if options.by_network and options.strength > 0 else None
        done = ornamented(theme, manners()[technique], options.strength, f"{seed} {technique}", ear)
        return _Step(_with(theme, insert_voices(theme.score, done.items())))

    return apply


def _rhythm(theme: Theme, options: VaryOptions, seed: int) -> _Step:
    done = in_rhythm(theme, options.strength, str(seed))
    return _Step(_with(theme, done.score), detail=done.name)


def _device(name: str) -> Callable[[Theme, VaryOptions, int], _Step]:
    def apply(theme: Theme, options: VaryOptions, seed: int) -> _Step:
        return _Step(_with(theme, with_device(theme, name, options.strength, str(seed))))

    return apply


def _mode(theme: Theme, options: VaryOptions, seed: int) -> _Step:
    return _Step(_with(theme, in_other_mode(theme))) if options.strength > 0 else _Step(theme)


def _texture(theme: Theme, options: VaryOptions, seed: int) -> _Step:
    """Broken chords under the tune; of a tune alone, broken chords in the tune itself."""
    if theme.is_alone:
        return _ornament(TEXTURE)(theme, options, seed)
    return _Step(_with(theme, broken_chords(theme, options.strength, str(seed)).score))


def _exchange(theme: Theme, options: VaryOptions, seed: int) -> _Step:
    done = voices_exchanged(theme, options.strength, str(seed))
    return _Step(_with(theme, done.score), done.homes, done.part)


def _harmony(theme: Theme, options: VaryOptions, seed: int) -> _Step:
    return _Step(_with(theme, reharmonised(theme, options.strength, seed)))


def _with(theme: Theme, score: Score) -> Theme:
    return replace(theme, score=score)


TECHNIQUES: Mapping[str, Callable[[Theme, VaryOptions, int], _Step]] = MappingProxyType(
    {
        "ornament": _ornament("ornament"),
        "triplets": _ornament("triplets"),
        "diminution": _ornament("diminution"),
        "rhythm": _rhythm,
        "harmony": _harmony,
        "mode": _mode,
        **{name: _device(name) for name in DEVICES},
        TEXTURE: _texture,
        "voice-exchange": _exchange,
    }
)
"""By name."""
