"""Harmony: the network writes other voices, or other chord symbols, under the same tune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, chord_at, chord_spans
from scoregen.generation.arranging.lines.writing import in_octave
from scoregen.generation.variation.ornament import drawn
from scoregen.generation.variation.splicing import spliced
from scoregen.generation.variation.theme import Theme
from scoregen.model.network.config import SamplingOptions
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.edit import blank_voices, select_voices, with_notes
from scoregen.score.elements import Chord, Element, Score, Slot, Voice
from scoregen.score.ensemble import load_ensemble, match_roles, recognise_ensemble
from scoregen.score.pitch import Pitch
from scoregen.score.theory.symbol_tones import pitch_class_at
from scoregen.score.timeline import pitch_of
from scoregen.system.errors import InputError
from scoregen.tasks.compose import compose

ALTERNATIVES, CANDIDATES = 3, 4
"""How many harmonisations are drawn, of which the one least like the theme is taken; drafts of each."""
_CHOIR = "satb"


def reharmonised(theme: Theme, strength: float, seed: int) -> Score:
    """The theme with other harmony in a share of its phrases; the tune stays note by note.

    InputError if the theme has neither an ensemble that composing knows nor a tune that a choir can sing.
    """
    whole = _symbols(theme, seed) if theme.kind in ("melody", "lead-sheet") else _voices(theme, seed)
    return spliced(theme, whole, drawn(range(len(theme.phrases)), strength, f"{seed} harmony"))


def _voices(theme: Theme, seed: int) -> Score:
    """The theme with all voices but that of the tune written anew."""
    ensemble = recognise_ensemble(theme.score)
    if ensemble is None:
        raise InputError(
            "the technique harmony needs a melody, a lead sheet or an ensemble of `scoregen ensembles`, but found parts"
            f" {', '.join(part.name or part.id for part in theme.score.parts)}"
        )
    page = replace(theme.score, document=None)
    names: tuple[str, ...] = ()
    if theme.kind == "keyboard":
        blank = _under_right_hand(page, theme.slot)
    else:
        matched = match_roles(page, ensemble, {})
        roles = [role.name for role in ensemble.roles if matched.get(role.name) != theme.slot.part]
        blank, names = page, (",".join(roles),)
    done = compose(
        blank,
        ensemble=ensemble.name,
        blank=names,
        chord_symbols="ignore",
        sampling=SamplingOptions(seed=seed, candidates=CANDIDATES),
        count=ALTERNATIVES,
    )
    return _least_alike(theme, [alternative.score for alternative in done.alternatives])


def _under_right_hand(page: Score, tune: Slot) -> Score:
    """The page with the tune alone in the right hand, and the left hand blank."""
    measures = []
    for measure in page.measures:
        kept = [_top(voice) for voice in measure.voices if voice.slot == tune]
        lower = [voice for voice in measure.voices if voice.slot.staff != tune.staff]
        main = lower[:1]
        measures.append(replace(measure, voices=(*kept, *main), spanners=()))
    alone = replace(page, measures=tuple(measures))
    slots = {voice.slot for measure in alone.measures for voice in measure.voices if voice.slot != tune}
    first = min(slots, default=Slot(tune.part, tune.staff + 1))
    return blank_voices(alone, [first], range(len(alone.measures)))


def _top(voice: Voice) -> Voice:
    elements: list[Element] = [
        element.notes[-1] if isinstance(element, Chord) else element for element in voice.elements
    ]
    return replace(voice, elements=tuple(elements))


def _least_alike(theme: Theme, scores: Sequence[Score]) -> Score:
    """The score whose chords differ most from those of the theme."""
    own = chord_spans(theme.score)
    return max(scores, key=lambda score: _difference(own, chord_spans(score), theme.score.duration))


def _difference(one: Sequence[ChordSpan], other: Sequence[ChordSpan], length: Fraction) -> float:
    """The share of the beats at which two progressions have different roots or qualities."""
    beats = range(int(length))
    pairs = [(chord_at(one, Fraction(beat)), chord_at(other, Fraction(beat))) for beat in beats]
    return sum(_name(a) != _name(b) for a, b in pairs) / max(len(pairs), 1)


def _name(span: ChordSpan | None) -> tuple[int, str] | None:
    return (span.chord.root, span.chord.quality) if span is not None else None


def _symbols(theme: Theme, seed: int) -> Score:
    """The theme with the chord symbols of a harmonisation for choir."""
    tune = _sung(theme)
    done = compose(
        tune,
        ensemble=_CHOIR,
        chord_symbols="ignore",
        sampling=SamplingOptions(seed=seed, candidates=CANDIDATES),
        count=ALTERNATIVES,
    )
    best = _least_alike(theme, [alternative.score for alternative in done.alternatives])
    spans = _by_place(theme, chord_spans(best))
    measures = [
        replace(measure, chord_symbols=tuple(_written(theme, spans, index)))
        for index, measure in enumerate(theme.score.measures)
    ]
    return replace(theme.score, measures=tuple(measures))


def _sung(theme: Theme) -> Score:
    """The tune alone, in the octave of a soprano, as `compose` takes it."""
    role = load_ensemble(_CHOIR).roles[0]
    middle = sum(pitch.midi_pitch for pitch in role.comfortable) / 2
    heights = [pitch_of(note).midi_pitch for note in theme.line]
    octaves = round((middle - sum(heights) / len(heights)) / 12)
    alone = select_voices(theme.score, [theme.slot])
    measures = []
    for measure in alone.measures:
        voices = tuple(replace(voice, elements=_octave(voice.elements, octaves)) for voice in measure.voices)
        measures.append(replace(measure, voices=voices, chord_symbols=()))
    part = replace(alone.parts[0], name="", abbreviation="", instrument=None, clefs=alone.parts[0].clefs[:1])
    return replace(alone, parts=(part,), measures=tuple(measures), document=None)


def _octave(elements: Sequence[Element], octaves: int) -> tuple[Element, ...]:
    return tuple(
        with_notes(
            element,
            lambda note: replace(note, pitch=in_octave(note.pitch, octaves)) if isinstance(note.pitch, Pitch) else note,
        )
        for element in elements
    )


def _by_place(theme: Theme, spans: Sequence[ChordSpan]) -> list[ChordSpan]:
    """One chord for each half of a measure of four beats, and for each other measure: the one that lasts longest there.

    Those that only repeat the one before are left out.
    """
    found: list[ChordSpan] = []
    for index, measure in enumerate(theme.score.measures):
        start, end = theme.onsets[index], theme.onsets[index] + measure.duration
        halves = len(measure.time.groups) == 4 and measure.duration == measure.time.duration
        middle = start + measure.duration / 2
        for low, high in ((start, middle), (middle, end)) if halves else ((start, end),):
            own = [span for span in spans if span.onset < high and span.end > low]
            heard = any(note.onset < high and note.end > low for note in theme.line)
            best = max(own, key=lambda span: min(span.end, high) - max(span.onset, low), default=None)
            if best is not None and heard and (not found or _name(found[-1]) != _name(best)):
                found.append(replace(best, onset=low))
    return found


def _written(theme: Theme, spans: Sequence[ChordSpan], index: int) -> list[ChordSymbol]:
    """The symbols of a measure."""
    start, measure = theme.onsets[index], theme.score.measures[index]
    found = []
    for span in spans:
        if start <= span.onset < start + measure.duration:
            root, bass = pitch_class_at(span.chord.root), pitch_class_at(span.chord.bass)
            low = bass if span.chord.inversion else None
            found.append(ChordSymbol(span.onset - start, theme.slot.part, root, span.chord.quality, bass=low))
    return found
