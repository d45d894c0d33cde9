"""Rival answers: different values that documents give for the same question.

Precision first: two captures of one town on two dates may both be true. What is called a rival is a date or number
that the model would answer with, that cannot stand beside the best answer's, in another document, in a sentence that
tells of the same in much the same words and that the entailment head takes for a contradiction.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.analysis import query_terms, terms
from service.evidence.entailing import chances_of
from service.evidence.equality import rivals
from service.evidence.model import EvidenceModel, Pair
from service.evidence.reading import Finding, Reading

_CONTRADICTION = 0.5
# Quotes about one matter share at least this part of the shorter one's words, the answers apart.
_SHARED_WORDS = 0.5


def find_rivals(model: EvidenceModel, temperature: float, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that contradict the first, most confident first."""
    best = findings[0]
    return tuple(
        finding
        for finding in findings[1:]
        if finding.stands
        and rivals(best.text, finding.text)
        and best.readings[0].document.id != finding.readings[0].document.id
        and _on_one_matter(best.readings[0], finding.readings[0])
        and _contradict(model, temperature, best.readings[0], finding.readings[0])
    )


def _on_one_matter(one: Reading, other: Reading) -> bool:
    """Whether two quotes tell of the same event: its words come back, where only the value differs."""
    said = [set(query_terms(reading.said)) - set(terms(reading.text)) for reading in (one, other)]
    return len(said[0] & said[1]) >= _SHARED_WORDS * min(map(len, said))


def _contradict(model: EvidenceModel, temperature: float, one: Reading, other: Reading) -> bool:
    """Whether what either quote says contradicts the other; a quote too long to be read whole is left out."""
    claims = [(one, other), (other, one)]
    pairs = [Pair(claim.said, "", evidence.said) for claim, evidence in claims if model.reads_whole(claim.said)]
    return any(chances_of(windows, temperature)[1] >= _CONTRADICTION for windows in model.judge(pairs))
