"""Results as text for a model to read; whatever comes from documents stands in lines that begin with '> '."""

from __future__ import annotations

from collections.abc import Sequence

from service.answers import Answer, Conflicting, Declined, DeclineReason
from service.catalogue import DocumentChange, DocumentInfo, DocumentList
from service.exports import TITLES
from service.lookup import LookupResult
from service.quotes import Citation
from service.render import clean
from service.resolving import Resolution
from service.searched import SearchResult
from service.verdicts import CheckedQuotation, CheckResult, Verdict

_VERBATIM = "Quotes, verbatim; pass them on unchanged and with their address:"
_REASONS: dict[DeclineReason, str] = {
    "nothing_retrieved": "There is nothing to search in.",
    "not_in_documents": "The documents do not say. Tell the user so; do not answer from memory as if they did.",
    "ambiguous_question": "The question can be read in several ways. Ask the user which is meant.",
}
_MATCHES = {
    "exact": "Exact: these very words stand in the documents.",
    "normalized": "Normalized: only case, accents, spacing, quotation marks or dashes differ.",
    "altered": "Altered: the documents nearly say this, in other words. It is not a true quotation.",
    "absent": "Absent: the documents do not say this.",
}
_STATUSES = {
    "current": "Current: the quote stands there in the document as it is now.",
    "moved": "Moved: the document has changed, and the same words now stand at another place.",
    "changed": "Changed: the document has changed, and now says something slightly different.",
    "gone": "Gone: the document as it is now does not have these words, or was removed.",
}


def answer_text(answer: Answer) -> str:
    """Return an answer with its quotes, rival answers with theirs, or a refusal with the closest passages."""
    lines = [] if answer.read_as is None else [f"Read as: {_line(answer.read_as)}"]
    if isinstance(answer, Declined):
        lines += [_REASONS[answer.reason], *(f"- {_line(one)}" for one in answer.candidates)]
        return "\n".join([*lines, *_quotes("Closest passages, which are no answer:", answer.nearest)])
    if isinstance(answer, Conflicting):
        lines += ["The documents disagree. Give every answer with its quotes; do not choose one silently."]
        for number, rival in enumerate(answer.alternatives, start=1):
            lines += ["", f"Answer {number}: {_line(rival.answer)} (confidence {rival.confidence:.2f})"]
            lines += _quotes(_VERBATIM, rival.citations)
        return "\n".join(lines)
    lines += [f"Answer: {_line(answer.answer)} (confidence {answer.confidence:.2f})"]
    return "\n".join([*lines, *_quotes(_VERBATIM, answer.citations)])


def check_text(result: CheckResult) -> str:
    """Return each claim with its verdict and the quotes on either side, then quotations and what was passed over."""
    counts = ", ".join(f"{count} {TITLES[label].lower()}" for label, count in result.summary.items() if count)
    lines = [f"{len(result.claims)} claims: {counts}" if counts else "No claims were found in the text."]
    for number, verdict in enumerate(result.claims, start=1):
        lines += ["", *_verdict(number, verdict)]
    for quotation in result.quotations:
        lines += ["", *_quotation(quotation)]
    if result.passed_over:
        lines += ["", "Passed over, since documents cannot decide it:"]
        lines += [f"- {item.kind}: {_line(item.text)}" for item in result.passed_over]
    return "\n".join(lines)


def lookup_text(result: LookupResult) -> str:
    """Return where a quotation stands and, if it was altered, how."""
    lines = [_MATCHES[result.match]]
    for number, found in enumerate(result.results, start=1):
        lines += ["", *_quote(f"[{number}] similarity {found.similarity:.2f},", found.citation)]
        for one in found.differences:
            lines += [f"Difference, {one.op}: the quote has “{_line(one.quote)}”, the source “{_line(one.source)}”"]
    return "\n".join(lines)


def search_text(result: SearchResult) -> str:
    """Return the passages, best first."""
    lines = [] if result.read_as is None else [f"Read as: {_line(result.read_as)}"]
    passages = [hit.passage for hit in result.hits]
    title = "Passages, best first, verbatim; being found does not make them an answer:"
    return "\n".join([*lines, *(_quotes(title, passages) or ["Nothing was found."])])


def resolution_text(result: Resolution) -> str:
    """Return what became of a citation, with the words around it."""
    lines = [_STATUSES[result.status], *_quotes("As it was cited:", [result.citation])]
    lines += ["", "Before it:", *_verbatim(result.context.before), "After it:", *_verbatim(result.context.after)]
    if result.current is not None and result.current.id != result.citation.id:
        lines += ["", *_quotes("Where the document says it now:", [result.current])]
    return "\n".join(lines)


def documents_text(listing: DocumentList) -> str:
    """Return the page as a list of ids and titles."""
    first, last = listing.offset + 1, listing.offset + len(listing.documents)
    shown = f"{first} to {last} of {listing.total} documents:" if listing.documents else "No documents here;"
    lines = [shown if listing.documents else f"{shown} {listing.total} in all."]
    return "\n".join([*lines, *map(_document, listing.documents)])


def change_text(change: DocumentChange) -> str:
    """Return what became of a document."""
    told = f"The document {change.document_id} (version {change.version}) is {change.status}."
    return told if change.note is None else f"{told} {change.note}"


def _document(item: DocumentInfo) -> str:
    """Return a document's line; what it says of itself stands in quotation marks, as its title does."""
    said = {
        "author": item.author,
        "date": item.date,
        "language": item.language,
        "tags": ", ".join(item.tags),
        "address": item.address,
    }
    known = "".join(f", {name} “{_line(value)}”" for name, value in said.items() if value)
    return f"- {item.document_id}: “{_line(item.title)}”, {item.characters} characters{known}"


def _verdict(number: int, verdict: Verdict) -> list[str]:
    lines = [f"Claim {number}: {TITLES[verdict.verdict]} (confidence {verdict.confidence:.2f})"]
    lines += _verbatim(verdict.claim)
    if verdict.standalone is not None:
        lines += [f"Checked as: {_line(verdict.standalone)}"]
    lines += _quotes("For it:", verdict.supporting) + _quotes("Against it:", verdict.refuting)
    return lines + _quotes("Closest passages, which prove nothing:", verdict.nearest)


def _quotation(quotation: CheckedQuotation) -> list[str]:
    lines = ["Quotation in the text:", *_verbatim(quotation.text), _MATCHES[quotation.lookup.match]]
    return lines + _quotes("In the documents:", [found.citation for found in quotation.lookup.results[:1]])


def _quotes(title: str, citations: Sequence[Citation]) -> list[str]:
    if not citations:
        return []
    lines = [title]
    for number, citation in enumerate(citations, start=1):
        lines += _quote(f"[{number}]", citation)
    return lines


def _quote(label: str, citation: Citation) -> list[str]:
    place = " › ".join((citation.title, *citation.section))
    copies = [f"Word for word also in “{_line(copy.title)}”: {copy.id}" for copy in citation.copies]
    return [f"{label} {citation.id} in “{_line(place)}”", *_verbatim(citation.text), *copies]


def _verbatim(text: str) -> list[str]:
    """Return text line by line with a mark before each, so that no line of a document can pass for one of ours."""
    return [f"> {clean(line)}" for line in text.splitlines()]


def _line(text: str) -> str:
    return clean(" ".join(text.split()))
