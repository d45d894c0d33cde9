"""The product, read top to bottom: question, retrieval, reading, quotes, verification, answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.copies import DistinctRetriever
from index.documents import Span
from index.encoder import load_encoder
from index.errors import InputError
from index.filtering import Filter
from index.library import Library
from index.retriever import Hit, HybridRetriever, Leg, Retriever
from service.answers import Alternative, Answer, Answered, Conflicting, Declined, answered, conflicting, declined
from service.bounds import checked_text
from service.checking.checker import Checker, Claim, Outline, finish
from service.checking.disagreements import Disagreement
from service.checking.register import DisagreementRegister, DisagreementReport
from service.copies import gathered
from service.evidence.definitions import asked_name, find_definitions
from service.evidence.judging import Judged
from service.evidence.reader import EvidenceReader
from service.evidence.reading import Evidence, Finding, evidence_for
from service.lookup import LookupResult
from service.narrowing import check_named, documents_within
from service.quotations import Quotations
from service.quotes import Citation, make_citation, parse_address, verify_citation, verify_copy
from service.resolving import Resolution
from service.searched import SearchHit, SearchResult
from service.settings import Settings
from service.spelling import Speller
from service.verdicts import CheckResult, Verdict

MAX_TOP_K = 100
MAX_NEAREST = 3
MAX_CHECKED_CHARACTERS = 100_000
MAX_CLAIMS = 200
# So many of the best passages by fusion are put to the evidence model.
RERANKED = 24
# What a name stands for is looked for in so many passages.
DEFINITIONS_IN = 100


@dataclass(frozen=True, slots=True)
class Retrieved:
    """How many passages were found to judge, from how many documents."""

    passages: int
    documents: int


Step = Retrieved | Citation | Answer


class Pipeline:
    """Everything citecheck does over one library. Thread-safe and deterministic."""

    def __init__(self, library: Library, retriever: Retriever, reader: EvidenceReader, settings: Settings) -> None:
        """Join the parts; `open_pipeline` builds the usual ones."""
        self.library = library
        self.retriever = retriever
        self.reader = reader
        self.settings = settings
        self.quotations = Quotations(library)
        self.speller = Speller(library)
        self.checker = Checker(library, retriever, reader, self.quotations.look_up)
        self.register = DisagreementRegister(settings.data, library, retriever, reader)

    @property
    def min_confidence(self) -> float:
        """Answers below this are declined, unless a question names its own bar."""
        chosen = self.settings.min_confidence
        return self.reader.threshold if chosen is None else chosen

    def ask(
        self,
        question: str,
        top_k: int | None = None,
        within: Filter | None = None,
        min_confidence: float | None = None,
    ) -> Answer:
        """Answer with verbatim quotes, or decline and say why. Raises InputError for an unusable question."""
        for step in self.asking(question, top_k, within, min_confidence):
            if isinstance(step, Answered | Conflicting | Declined):
                return step
        raise AssertionError("a question ends with an answer")

    def asking(
        self,
        question: str,
        top_k: int | None = None,
        within: Filter | None = None,
        min_confidence: float | None = None,
    ) -> Iterator[Step]:
        """Answer in steps: what was retrieved, each quote as it is verified, the answer last.

        Raises InputError for an unusable question before the first step.
        """
        question = self.checked_question(question)
        self.check_scope(top_k, within, min_confidence)
        bar = self.min_confidence if min_confidence is None else min_confidence
        return self._answering(question, self._count(top_k), within, bar)

    def _answering(self, question: str, count: int, within: Filter | None, bar: float) -> Iterator[Step]:
        read_as = self.speller.correct(question)
        documents = documents_within(self.library, within)
        hits = self._retrieved(read_as, count, documents)
        yield Retrieved(len(hits), len({hit.passage.document_id for hit in hits}))
        answer = self._defined(read_as, documents, bar) if hits else None
        if answer is None:
            answer = self._answer(read_as, self._judged(read_as, hits), count, bar)
        rivals = [citation for rival in answer.alternatives for citation in rival.citations]
        yield from rivals or answer.citations
        yield answer if read_as == question else replace(answer, read_as=read_as)

    def _defined(self, question: str, documents: Sequence[str] | None, bar: float) -> Answer | None:
        """Return what the documents say a bare name stands for, or a refusal; None for any other question."""
        asked = asked_name(question)
        if asked is None:
            return None
        hits = self.retriever.search(question, DEFINITIONS_IN, documents)
        evidence = evidence_for(self.library, hits)
        findings = find_definitions(asked, evidence)
        if findings is None:
            return None
        if not findings or findings[0].confidence < bar:
            nearest = tuple(_cite(item) for item in evidence[:MAX_NEAREST])
            return declined("not_in_documents", 0.0, self._verified(nearest))
        return answered(findings[0].text, findings[0].confidence, self._quotes(findings[0], evidence))

    def _answer(self, question: str, judged: tuple[Judged, ...], count: int, bar: float) -> Answer:
        if not judged:
            return declined("nothing_retrieved", 0.0, ())
        findings = self.reader.read(question, judged[:count])
        best = findings[0].confidence if findings else 0.0
        if not findings or best < bar:
            nearest = tuple(_cite(item.evidence) for item in judged[:MAX_NEAREST])
            return declined("not_in_documents", best, self._verified(nearest))
        rivals = self.reader.rivals(findings, bar)
        evidence = [item.evidence for item in judged]
        if rivals:
            return conflicting(tuple(self._alternative(finding, evidence) for finding in (findings[0], *rivals)))
        return answered(findings[0].text, best, self._quotes(findings[0], evidence))

    def checked_question(self, question: str) -> str:
        """Return a question without the space around it; raises InputError for an unusable one."""
        return checked_text(question, "question")

    def check_scope(self, top_k: int | None, within: Filter | None, min_confidence: float | None) -> None:
        """Raise InputError or NotFound for a scope no question can be asked in."""
        self._count(top_k)
        check_named(self.library, within)
        if min_confidence is not None and not 0 <= min_confidence <= 1:
            raise InputError("min_confidence must be between 0 and 1.", code="bad_min_confidence")

    def search(self, query: str, top_k: int | None = None, within: Filter | None = None) -> SearchResult:
        """Rank passages. Raises InputError for an unusable query."""
        count = self._count(top_k)
        query = checked_text(query, "query")
        read_as = self.speller.correct(query)
        judged = self._judged(read_as, self._retrieved(read_as, count, documents_within(self.library, within)))
        by_relevance = sorted(range(len(judged)), key=lambda place: -judged[place].relevance)
        ranks = {place: rank for rank, place in enumerate(by_relevance, start=1)}
        citations = self._verified(tuple(_cite(item.evidence) for item in judged[:count]))
        hits = tuple(
            SearchHit(citation, round(judged[place].blend, 6), _legs(judged[place], ranks[place]))
            for place, citation in enumerate(citations)
        )
        return SearchResult(hits, None if read_as == query else read_as)

    def look_up(self, quote: str, within: Filter | None = None) -> LookupResult:
        """Tell where a quotation stands, word for word or nearly. Raises InputError for an unusable one."""
        result = self.quotations.look_up(quote, documents_within(self.library, within))
        self._verified(tuple(match.citation for match in result.results))
        return result

    def outline(self, text: str, within: Filter | None = None) -> Outline:
        """Find what there is to check in a text. Raises InputError for an unusable one."""
        documents = documents_within(self.library, within)
        outline = self.checker.outline(checked_text(text, "text", MAX_CHECKED_CHARACTERS, strip=False), documents)
        for quotation in outline.quotations:
            self._verified(tuple(found.citation for found in quotation.lookup.results))
        return outline

    def outline_claims(self, claims: Sequence[str], within: Filter | None = None) -> Outline:
        """Take each text as one claim that stands alone. Raises InputError for an unusable one."""
        check_named(self.library, within)
        if not 1 <= len(claims) <= MAX_CLAIMS:
            raise InputError(f"Send between 1 and {MAX_CLAIMS} claims at a time.", code="bad_claims")
        found = [checked_text(claim, "claim", strip=False) for claim in claims]
        if not all(any(map(str.isalpha, claim)) for claim in found):
            raise InputError("A claim has no words; write a sentence.", code="empty_claim")
        return Outline(tuple(Claim(claim, Span(0, len(claim)), None) for claim in found), (), ())

    def verdicts(self, outline: Outline, within: Filter | None = None) -> Iterator[Verdict]:
        """Yield a verdict for each claim of an outline, in order, each with verbatim quotes on its side."""
        for verdict in self.checker.check(outline, documents_within(self.library, within)):
            self._verified((*verdict.supporting, *verdict.refuting, *verdict.nearest))
            yield verdict

    def check(
        self, text: str, within: Filter | None = None, on_verdict: Callable[[int, int], None] | None = None
    ) -> CheckResult:
        """Check every claim of a text; `on_verdict` is told how many are done, of how many."""
        outline = self.outline(text, within)
        verdicts = []
        for verdict in self.verdicts(outline, within):
            verdicts.append(verdict)
            if on_verdict is not None:
                on_verdict(len(verdicts), len(outline.claims))
        return finish(outline, verdicts)

    def disagreements(self) -> DisagreementReport:
        """Return the statements of the documents that contradict each other, or how far the search for them is."""
        report = self.register.report()
        self._verify_disagreements(report.disagreements)
        return report

    def find_disagreements(self, on_progress: Callable[[int, int], None]) -> tuple[Disagreement, ...]:
        """Return the statements that contradict each other, looked for now unless they are known."""
        found = self.register.find(on_progress)
        self._verify_disagreements(found)
        return found

    def _verify_disagreements(self, found: Sequence[Disagreement]) -> None:
        self._verified(tuple(citation for one in found for citation in (one.first, one.second)))

    def resolve(self, citation_id: str) -> Resolution:
        """Resolve a citation id against the current documents. Raises InputError or NotFound."""
        resolution = self.quotations.resolve(parse_address(citation_id))
        self._verified(tuple(c for c in (resolution.citation, resolution.current) if c is not None))
        return resolution

    def warm_up(self) -> None:
        """Load everything the first question would otherwise wait for."""
        self.library.arrays()
        self.library.live.verify_soon()
        self.ask("What do the documents say?")

    def _count(self, top_k: int | None) -> int:
        count = self.settings.top_k if top_k is None else top_k
        if not 1 <= count <= MAX_TOP_K:
            raise InputError(f"top_k must be between 1 and {MAX_TOP_K}.", code="bad_top_k")
        return count

    def _retrieved(self, query: str, count: int, documents: Sequence[str] | None) -> Sequence[Hit]:
        """Return at least the `count` best passages by fusion, where there are as many."""
        return self.retriever.search(query, max(RERANKED, count), documents)

    def _judged(self, query: str, hits: Sequence[Hit]) -> tuple[Judged, ...]:
        """Return the passages in the model's order."""
        return self.reader.rank(query, evidence_for(self.library, hits))

    def _alternative(self, finding: Finding, evidence: Sequence[Evidence]) -> Alternative:
        return Alternative(finding.text, finding.confidence, self._quotes(finding, evidence))

    def _quotes(self, finding: Finding, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
        """Quote the places that give an answer, best first; of several that say it in the same words the first."""
        citations = [
            make_citation(
                reading.document,
                reading.quote,
                section=reading.section,
                highlight=None if reading.answer == reading.quote else reading.answer,
            )
            for reading in finding.readings
        ]
        return self._verified(gathered(citations, evidence))

    def _verified(self, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """Check every quote once more against the stored text before it leaves; raises SpanError on a false one."""
        for citation in citations:
            verify_citation(citation, self.library.document(citation.document_id, citation.version))
            for copy in citation.copies:
                verify_copy(copy, self.library.document(copy.document_id, copy.version))
        return citations


def open_pipeline(settings: Settings) -> Pipeline:
    """Open the library of the data folder and join the usual parts around it."""
    library = Library(settings.data, load_encoder(settings.encoder))
    retriever = HybridRetriever(library, dense_weight=settings.dense_weight)
    return Pipeline(library, DistinctRetriever(retriever), EvidenceReader(), settings)


def _cite(item: Evidence) -> Citation:
    (citation,) = gathered([make_citation(item.document, item.passage.span, section=item.passage.section)], [item])
    return citation


def _legs(item: Judged, rank: int) -> dict[str, Leg]:
    """Return what each leg says of a passage; `rank` is its place by the model's relevance alone."""
    return {**item.evidence.legs, "rerank": Leg(rank, round(item.relevance, 6))}
