"""The reader: judged passages to answers, each with every place that gives it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property

from service.evidence.calibration import Calibration, load_calibration
from service.evidence.candidates import Candidate, find_candidates
from service.evidence.claims import as_claim
from service.evidence.entailing import weigh
from service.evidence.equality import same_answer
from service.evidence.judging import Judged, judge
from service.evidence.lists import gather_members
from service.evidence.model import VERIFIER_CHECKSUM, VERIFIER_FILE, EvidenceModel, fingerprint_of
from service.evidence.questions import asks_list, is_yes_no
from service.evidence.reading import Evidence, Finding, Reading
from service.evidence.rivals import find_rivals
from service.evidence.signals import describe

YES, NO = "Yes", "No"
# No more passages are read for an answer, however many are asked for: the best are nearly always among the first.
MAX_READ = 16
# A further quote for Yes or No is at least this sure, measured against the surest.
SUPPORT_SHARE = 0.7
_EVEN = 0.5
# So many places are quoted for one answer; of a list, every member is.
MAX_PLACES = 4


class EvidenceReader:
    """Ranks and reads retrieved passages with the evidence model. Thread-safe and deterministic."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._model: EvidenceModel | None = None
        self._verifier: EvidenceModel | None = None
        self._loading = threading.Lock()

    @property
    def model(self) -> EvidenceModel:
        """The packaged model, loaded when first needed."""
        with self._loading:
            if self._model is None:
                self._model = EvidenceModel()
            return self._model

    @property
    def verifier(self) -> EvidenceModel:
        """The packaged network that holds sentences against claims, loaded when first needed."""
        with self._loading:
            if self._verifier is None:
                self._verifier = EvidenceModel(VERIFIER_FILE, VERIFIER_CHECKSUM)
            return self._verifier

    @property
    def verifier_fingerprint(self) -> str:
        """Names the verifier's exact weights without loading them."""
        return fingerprint_of(VERIFIER_FILE, VERIFIER_CHECKSUM)

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
        if is_yes_no(question) and self.model.reads_whole(question):
            return self._decide(question, judged)
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

    def rivals(self, findings: Sequence[Finding], threshold: float) -> tuple[Finding, ...]:
        """Return the findings that contradict the first."""
        if {finding.text for finding in findings} <= {YES, NO}:
            # Who asks for unsure answers does not ask to take every doubt for a contradiction.
            bar = max(threshold, self.threshold, _EVEN)
            return tuple(finding for finding in findings[1:] if finding.confidence >= bar)
        return find_rivals(self.model, self._calibration.temperature, findings)

    def _decide(self, question: str, judged: Sequence[Judged]) -> tuple[Finding, ...]:
        """Answer Yes or No with the quotes that decide, surest first; both where the quotes contradict each other."""
        weighed = weigh(self.model, self._calibration.temperature, as_claim(question), judged)
        sides = [
            _side(YES, [(item.entails, item.reading) for item in weighed]),
            _side(NO, [(item.contradicts, item.reading) for item in weighed]),
        ]
        return tuple(sorted((side for side in sides if side.readings), key=lambda side: -side.confidence))


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


def _side(text: str, chances: Sequence[tuple[float, Reading]]) -> Finding:
    """Return one side of a yes-no question with the quotes that speak for it, surest first."""
    ranked = sorted(chances, key=lambda item: -item[0])
    surest = ranked[0][0] if ranked else 0.0
    readings = tuple(reading for chance, reading in ranked if chance >= max(_EVEN, SUPPORT_SHARE * surest))
    shown = readings[:MAX_PLACES] or tuple(reading for _, reading in ranked[:1])
    return Finding(text, shown, round(surest, 4), stands=bool(readings))
