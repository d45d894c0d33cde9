"""A checked text as Markdown, and as schema.org's ClaimReview in JSON-LD (https://schema.org/ClaimReview)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from service.quotes import Citation
from service.verdicts import CheckedQuotation, CheckResult, Verdict, VerdictLabel

TITLES: dict[VerdictLabel, str] = {
    "supported": "Supported",
    "refuted": "Refuted",
    "conflicting": "The documents disagree",
    "not_enough_info": "The documents do not say",
}
MARKS: dict[VerdictLabel, str] = {"supported": "✓", "refuted": "✗", "conflicting": "≠", "not_enough_info": "?"}
# From 1 (refuted) to 5 (supported); a claim the documents are silent on gets no value.
_RATINGS: dict[VerdictLabel, int] = {"supported": 5, "conflicting": 3, "refuted": 1}
_MATCHES = {
    "exact": "word for word",
    "normalized": "but for its typography",
    "altered": "in other words",
    "absent": "nowhere",
}
# Of these "$" draws formulas where a page has them.
# "://", "www." and "@" make addresses that many viewers turn into links by themselves.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|:(?=//)|(?<=\bwww)\.)", re.IGNORECASE)
# At a line's start these begin a list or a rule; "3.5" does not.
_LEADING = re.compile(r"^(\d+(?=[.)](?: |$))|(?=[-+=]))([-+=.)])")


def as_markdown(result: CheckResult) -> str:
    """Return the verdicts with their quotes for people; everything from texts is escaped."""
    lines = ["# Claims checked", "", ", ".join(f"{TITLES[label]}: {count}" for label, count in result.summary.items())]
    for number, verdict in enumerate(result.claims, start=1):
        lines += [
            "",
            f"## {number}. {MARKS[verdict.verdict]} {TITLES[verdict.verdict]}",
            "",
            f"> {escaped(verdict.claim)}",
        ]
        lines += ["", f"Confidence {verdict.confidence:.2f}."]
        if verdict.standalone is not None:
            lines += ["", f"Checked as: {escaped(verdict.standalone)}"]
        lines += _quotes("For", verdict.supporting) + _quotes("Against", verdict.refuting)
        lines += _quotes("Closest passages, which prove nothing", verdict.nearest)
    if result.quotations:
        lines += ["", "## Quotations", "", *(_quotation(quotation) for quotation in result.quotations)]
    if result.passed_over:
        lines += ["", "## Passed over", "", *(f"- {item.kind}: {escaped(item.text)}" for item in result.passed_over)]
    return "\n".join(lines) + "\n"


def as_claim_review(result: CheckResult) -> dict[str, Any]:
    """Return one ClaimReview per claim, its quotes and their addresses as citations."""
    return {"@context": "https://schema.org", "@graph": [_review(verdict) for verdict in result.claims]}


def _review(verdict: Verdict) -> dict[str, Any]:
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": TITLES[verdict.verdict]}
    if verdict.verdict in _RATINGS:
        rating |= {"ratingValue": _RATINGS[verdict.verdict], "worstRating": 1, "bestRating": 5}
    return {
        "@type": "ClaimReview",
        "claimReviewed": verdict.standalone or verdict.claim,
        "itemReviewed": {"@type": "Claim", "text": verdict.claim},
        "reviewRating": rating,
        "author": {"@type": "SoftwareApplication", "name": "citecheck"},
        "citation": [
            *(_cited(citation, "supports") for citation in verdict.supporting),
            *(_cited(citation, "refutes") for citation in verdict.refuting),
        ],
    }


def _cited(citation: Citation, says: str) -> dict[str, Any]:
    return {
        "@type": "Quotation",
        "text": citation.text,
        "identifier": citation.id,
        "disambiguatingDescription": says,
        "isPartOf": {
            "@type": "CreativeWork",
            "name": citation.title,
            "identifier": citation.document_id,
            "version": citation.version,
        },
    }


def _quotes(title: str, citations: Sequence[Citation]) -> list[str]:
    if not citations:
        return []
    shown = [f"- “{escaped(citation.text)}” — {escaped(citation.title)} (`{citation.id}`)" for citation in citations]
    return ["", f"{title}:", "", *shown]


def _quotation(quotation: CheckedQuotation) -> str:
    found = f"- “{escaped(quotation.text)}” stands {_MATCHES[quotation.lookup.match]} in the documents"
    if not quotation.lookup.results:
        return found
    best = quotation.lookup.results[0].citation
    return f"{found}: “{escaped(best.text)}” — {escaped(best.title)} (`{best.id}`)"


def escaped(text: str) -> str:
    """Return text on one line with Markdown's signs escaped, so that a claim cannot draw a heading or a link."""
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))
