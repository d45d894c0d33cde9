"""The product, read top to bottom: question, retrieval, reading, quotes, verification, answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.encoder import load_encoder
from index.errors import InputError, TooLarge
from index.library import Library
from index.retriever import Hit, HybridRetriever, Leg, Retriever
from service.answers import Answer, answered, declined
from service.catalogue import find_document
from service.lookup import LookupResult
from service.quotations import Quotations
from service.quotes import Citation, make_citation, parse_address, verify_citation
from service.reader.protocol import Evidence, Reader, Reading
from service.reader.sentences import SentenceReader
from service.resolving import Resolution
from service.settings import Settings

MAX_QUESTION_CHARACTERS = 2_000
MAX_TOP_K = 100
MAX_CITATIONS = 4
MAX_NEAREST = 3
# A further quote joins the answer only if it is at least half as sure as the best one.
SUPPORT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A ranked passage as clients see it."""

    passage: Citation
    score: float
    legs: dict[str, Leg]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of one search, best first."""

    hits: tuple[SearchHit, ...]


class Pipeline:
    """Everything citecheck does over one library. Thread-safe and deterministic."""

    def __init__(self, library: Library, retriever: Retriever, reader: Reader, settings: Settings) -> None:
        """Join the parts; `open_pipeline` builds the usual ones."""
        self.library = library
        self.retriever = retriever
        self.reader = reader
        self.settings = settings
        self.quotations = Quotations(library)

    @property
    def min_confidence(self) -> float:
        """Answers below this are declined."""
        chosen = self.settings.min_confidence
        return self.reader.threshold if chosen is None else chosen

    def ask(self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None) -> Answer:
        """Answer with verbatim quotes, or decline and say why. Raises InputError for an unusable question."""
        question = _checked(question, "question")
        evidence = [self._evidence(hit) for hit in self._hits(question, top_k, documents)]
        if not evidence:
            return declined("nothing_retrieved", 0.0, ())
        readings = self.reader.read(question, evidence)
        best = readings[0].confidence if readings else 0.0
        if best < self.min_confidence:
            nearest = tuple(_cite(item) for item in evidence[:MAX_NEAREST])
            return declined("not_in_documents", best, self._verified(nearest))
        return answered(_answer_text(readings[0]), best, self._verified(self._quotes(readings)))

    def search(self, query: str, top_k: int | None = None, documents: Sequence[str] | None = None) -> SearchResult:
        """Rank passages. Raises InputError for an unusable query."""
        hits = self._hits(_checked(query, "query"), top_k, documents)
        citations = self._verified(tuple(_cite(self._evidence(hit)) for hit in hits))
        return SearchResult(
            tuple(SearchHit(citation, hit.score, dict(hit.legs)) for hit, citation in zip(hits, citations, strict=True))
        )

    def look_up(self, quote: str, documents: Sequence[str] | None = None) -> LookupResult:
        """Tell where a quotation stands, word for word or nearly. Raises InputError for an unusable one."""
        self._check_documents(documents)
        result = self.quotations.look_up(quote, documents)
        self._verified(tuple(match.citation for match in result.results))
        return result

    def resolve(self, citation_id: str) -> Resolution:
        """Resolve a citation id against the current documents. Raises InputError or NotFound."""
        resolution = self.quotations.resolve(parse_address(citation_id))
        self._verified(tuple(c for c in (resolution.citation, resolution.current) if c is not None))
        return resolution

    def warm_up(self) -> None:
        """Load everything the first question would otherwise wait for."""
        self.library.arrays()
        self.ask("What do the documents say?")

    def _hits(self, query: str, top_k: int | None, documents: Sequence[str] | None) -> tuple[Hit, ...]:
        count = self.settings.top_k if top_k is None else top_k
        if not 1 <= count <= MAX_TOP_K:
            raise InputError(f"top_k must be between 1 and {MAX_TOP_K}.", code="bad_top_k")
        self._check_documents(documents)
        return self.retriever.search(query, count, documents)

    def _check_documents(self, documents: Sequence[str] | None) -> None:
        for document_id in documents or ():
            find_document(self.library, document_id)

    def _evidence(self, hit: Hit) -> Evidence:
        document = self.library.document(hit.passage.document_id, hit.passage.version)
        return Evidence(document, hit.passage, hit.score)

    def _quotes(self, readings: Sequence[Reading]) -> tuple[Citation, ...]:
        """Quote the best reading and those that are not much less sure, best first."""
        bar = SUPPORT_SHARE * readings[0].confidence
        chosen = [reading for reading in readings[:MAX_CITATIONS] if reading.confidence >= bar]
        return tuple(
            make_citation(reading.document, reading.quote, section=reading.section, highlight=reading.highlight)
            for reading in chosen
        )

    def _verified(self, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """Check every quote once more against the stored text before it leaves; raises SpanError on a false one."""
        for citation in citations:
            verify_citation(citation, self.library.document(citation.document_id, citation.version))
        return citations


def open_pipeline(settings: Settings) -> Pipeline:
    """Open the library of the data folder and join the usual parts around it."""
    library = Library(settings.data, load_encoder(settings.encoder))
    retriever = HybridRetriever(library, dense_weight=settings.dense_weight)
    return Pipeline(library, retriever, SentenceReader(library), settings)


def _answer_text(reading: Reading) -> str:
    return reading.document.quote(reading.answer)


def _cite(item: Evidence) -> Citation:
    return make_citation(item.document, item.passage.span, section=item.passage.section)


def _checked(text: str, name: str) -> str:
    text = text.strip()
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"The {name} has half a character (a lone surrogate); remove it.", code=f"bad_{name}")
    if not any(character.isalnum() for character in text):
        raise InputError(f"The {name} is empty or has no words; write a few.", code=f"empty_{name}")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise TooLarge(
            f"The {name} has {len(text)} characters and the limit is {MAX_QUESTION_CHARACTERS}; shorten it.",
            code=f"{name}_too_long",
        )
    return text
