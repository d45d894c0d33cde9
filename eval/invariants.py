"""What must hold of every answer whatever its quality; a break is an error, not a lower score."""

from __future__ import annotations

from collections.abc import Sequence

from eval.anchoring import FindDocument
from index.errors import CitecheckError
from service.answers import Answer
from service.quotes import Citation, verify_citation
from service.verdicts import Verdict

FAILED = "it failed"
FALSE_QUOTE = "quote not verbatim"
NO_QUOTE = "answer without a quote"
NOT_IN_QUOTES = "answer not in its quotes"
NO_SIDE = "verdict without a quote on its side"
FALSE_EXACT = "quotation confirmed that no document holds"
_DECIDED = ("Yes", "No")


def broken_by_answer(answer: Answer, find_document: FindDocument) -> tuple[str, ...]:
    """Name the invariants an answer breaks, held against the stored documents and not against what it says."""
    rivals = [citation for rival in answer.alternatives for citation in rival.citations]
    quotes = (*answer.citations, *rivals, *answer.nearest)
    said = [(answer.answer, answer.citations), *((rival.answer, rival.citations) for rival in answer.alternatives)]
    broken = {
        FALSE_QUOTE: not all(is_verbatim(quote, find_document) for quote in quotes),
        NO_QUOTE: answer.answer is not None and not answer.citations,
        NOT_IN_QUOTES: not all(_stands_in(words, quoted) for words, quoted in said if words is not None and quoted),
    }
    return tuple(name for name, is_so in broken.items() if is_so)


def broken_by_verdict(verdict: Verdict, find_document: FindDocument) -> tuple[str, ...]:
    """Name the invariants a verdict breaks."""
    quotes = (*verdict.supporting, *verdict.refuting, *verdict.nearest)
    needed = {
        "supported": [verdict.supporting],
        "refuted": [verdict.refuting],
        "conflicting": [verdict.supporting, verdict.refuting],
        "not_enough_info": [],
    }[verdict.verdict]
    broken = {
        FALSE_QUOTE: not all(is_verbatim(quote, find_document) for quote in quotes),
        NO_SIDE: not all(needed),
    }
    return tuple(name for name, is_so in broken.items() if is_so)


def is_verbatim(quote: Citation, find_document: FindDocument) -> bool:
    """Whether a quote is what stands in the stored document."""
    try:
        verify_citation(quote, find_document(quote.document_id))
    except CitecheckError:
        return False
    return True


def _stands_in(answer: str, citations: Sequence[Citation]) -> bool:
    """Whether an answer's words stand in its quotes: all of it, or each member of a list that was joined by "; "."""
    texts = [citation.text for citation in citations]
    whole = any(answer in text for text in texts)
    return answer in _DECIDED or whole or all(any(part in text for text in texts) for part in answer.split("; "))
