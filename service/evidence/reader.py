"""The reader: judged passages to answers, each with every place that gives it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property

from service.evidence.calibration import Calibration, load_calibration
from service.evidence.candidates import Candidate, find_candidates
from service.evidence.equality import same_answer
from service.evidence.judging import Judged, judge
from service.evidence.lists import gather_members
from service.evidence.model import EvidenceModel
from service.evidence.questions import asks_list
from service.evidence.reading import Evidence, Finding, Reading
from service.evidence.rivals import find_rivals
from service.evidence.signals import describe

# No more passages are read for an answer, however many are asked for: the best are nearly always among the first.
MAX_READ = 16
# So many places are quoted for one answer; of a list, every member is.
MAX_PLACES = 4


class EvidenceReader:
    """Ranks and reads retrieved passages with the evidence model. Thread-safe and deterministic."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._model: EvidenceModel | None = None
        self._loading = threading.Lock()

    @property
    def model(self) -> EvidenceModel:
        """The packaged model, loaded when first needed."""
        with self._loading:
            if self._model is None:
                self._model = EvidenceModel()
            return self._model

    @cached_property
    def _calibration(self) -> Calibration:
        return load_calibration()

    @property
    def fingerprint(self) -> str:
        """Names the model and the calibration with their exact weights."""
        return f"{self.model.fingerprint}+{self._calibration.fingerprint}"

    @property
    def threshold(self) -> float:
        """The confidence below which answers are to be declined, fitted on held-out data."""
        return self._calibration.threshold

    def rank(self, question: str, evidence: Sequence[Evidence]) -> tuple[Judged, ...]:
        """Return the passages in the order in which they bear on the question."""
        return judge(self.model, question, evidence)

    def read(self, question: str, judged: Sequence[Judged]) -> tuple[Finding, ...]:
        """Return the answers found in the best passages, most confident first."""
        judged = judged[:MAX_READ]
        candidates = find_candidates(judged)
        if not candidates:
            return ()
        standing = self._calibration.stand(describe(question, candidates), number_answers(candidates))
        confidences = self._calibration.confidences(standing)
        findings = tuple(
            Finding(
                candidates[group[0]].reading.text,
                _places(candidates, group),
                round(float(confidence), 4),
                any(_stands(candidates[number]) for number in group),
            )
            for group, confidence in zip(standing.groups, confidences, strict=True)
        )
        return (gather_members(findings), *findings[1:]) if asks_list(question) else findings

    def rivals(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings that contradict the first."""
        return find_rivals(self.model, self._calibration.temperature, findings)


def number_answers(candidates: Sequence[Candidate]) -> list[int]:
    """Return for each candidate the number of its answer: candidates that say the same share one."""
    texts: list[str] = []
    numbers = []
    for candidate in candidates:
        text = candidate.reading.text
        number = next((place for place, known in enumerate(texts) if same_answer(text, known)), len(texts))
        if number == len(texts):
            texts.append(text)
        numbers.append(number)
    return numbers


def _places(candidates: Sequence[Candidate], group: Sequence[int]) -> tuple[Reading, ...]:
    """Return the group's readings, each quote once, the best of them."""
    best: dict[tuple[str, int, int], Reading] = {}
    for number in group:
        reading = candidates[number].reading
        best.setdefault((reading.document.id, reading.quote.start, reading.quote.end), reading)
    return tuple(best.values())[:MAX_PLACES]


def _stands(candidate: Candidate) -> bool:
    """Whether the passage alone would be answered from: both the span head and the relevance head say so."""
    return candidate.margin > 0 and candidate.judged.relevance > 0
