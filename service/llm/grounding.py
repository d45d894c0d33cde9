"""Whether quotes bear out a sentence: every value in it stands in them, and the evidence model says they entail it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.cutting import LABEL_CHARACTERS
from index.packing import clip
from service.evidence.entailing import chances_of
from service.evidence.model import EvidenceModel, Pair
from service.llm.values import gives_values
from service.quotes import Citation

# What a sentence needs to be kept; chosen on public data by benchmarks/grounding.py (docs/language-models.md).
ENTAILED = 0.57
# The model's chances as they are: the bar was chosen for these.
_TEMPERATURE = 1.0


@dataclass(frozen=True, slots=True)
class Premise:
    """A text that may bear out a sentence, and the title and headings it stands under."""

    header: str
    text: str


def premise_of(citation: Citation) -> Premise:
    """Return a quote as the evidence model reads passages: under its title and headings."""
    parts = (clip(part, LABEL_CHARACTERS) for part in (citation.title, *citation.section))
    return Premise("".join(f"{part}\n" for part in parts), citation.text)


def entailments(model: EvidenceModel, sentence: str, premises: Sequence[Premise]) -> list[float]:
    """Return for each text the chance that it entails the sentence; 0 where it lacks one of the sentence's values.

    Also 0 for a sentence too long for the model to read whole: its end could say anything.
    """
    if not model.reads_whole(sentence):
        return [0.0] * len(premises)
    fitting = [number for number, one in enumerate(premises) if gives_values(sentence, one.header, one.text)]
    judged = model.judge([Pair(sentence, premises[number].header, premises[number].text) for number in fitting])
    chances = [0.0] * len(premises)
    for number, windows in zip(fitting, judged, strict=True):
        chances[number], _ = chances_of(windows, _TEMPERATURE)
    return chances


def bearing(model: EvidenceModel, sentence: str, cited: Sequence[Citation]) -> tuple[Citation, ...]:
    """Return the cited quotes that bear a sentence out: each that does alone, else all if they do together."""
    premises = [premise_of(citation) for citation in cited]
    chances = entailments(model, sentence, premises)
    alone = tuple(one for one, chance in zip(cited, chances, strict=True) if chance >= ENTAILED)
    if alone or len(cited) < 2:
        return alone
    headers = dict.fromkeys(one.header for one in premises)
    together = Premise("".join(headers), " ".join(one.text for one in premises))
    return tuple(cited) if entailments(model, sentence, [together])[0] >= ENTAILED else ()
