"""What the sampler is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scoregen.model.engine.protocol import Engine
from scoregen.model.sampling.decoding_context import Chords
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.styles.style import Style, load_style
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class SamplingRequest:
    """What is to be written, and with which network.

    `rules` say per voice what may be written, `chords` by measure index and onset what chords are
    settled, `novelty` what must not be written again, `logit_bias` what the sampler does too often or
    too seldom (None: nobody knows); `sections` the measure indices into which nothing is tied over.
    Without `use_voice_leading_costs` the drafts come from the network alone; else `style` says what is charged.
    """

    engine: Engine
    tokens: TokenScore
    rules: Sequence[VoiceRule]
    chords: Chords = field(default_factory=dict)
    novelty: NoveltyIndex | None = None
    logit_bias: LogitBias | None = None
    sections: frozenset[int] = frozenset()
    use_voice_leading_costs: bool = True
    style: Style = field(default_factory=load_style)
