"""What checking a text gives: a verdict for each claim, with quotes on its side, and what was passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from index.documents import Span
from service.lookup import LookupResult
from service.quotes import Citation

VerdictLabel = Literal["supported", "refuted", "conflicting", "not_enough_info"]
LABELS: tuple[VerdictLabel, ...] = get_args(VerdictLabel)
SilenceReason = Literal["nothing_retrieved", "silent"]
PassedOverKind = Literal["question", "greeting", "heading", "opinion", "instruction", "fragment"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the documents say of one claim.

    `claim` is the stretch `span` of the text that was sent. `standalone` is what was checked where the claim leans on
    its neighbours ("It fell two days later."), else None. `confidence` in [0, 1] is the chance of the surest quote on
    the verdict's side (of the weaker side's in a conflict; of silence, one less the surest). `supporting` and
    `refuting` are best first, each with the words that decided as its highlight; `nearest` are the closest quotes
    where there is neither, and prove nothing.
    """

    claim: str
    span: Span
    standalone: str | None
    verdict: VerdictLabel
    confidence: float
    supporting: tuple[Citation, ...]
    refuting: tuple[Citation, ...]
    reason: SilenceReason | None
    nearest: tuple[Citation, ...]

    def __post_init__(self) -> None:
        sides = bool(self.supporting), bool(self.refuting)
        needed = {"supported": (True, None), "refuted": (None, True), "conflicting": (True, True)}
        for has, needs in zip(sides, needed.get(self.verdict, (False, False)), strict=True):
            if needs is not None and has is not needs:
                raise ValueError(f"a verdict {self.verdict!r} has the wrong quotes")
        if (self.reason is None) == (self.verdict == "not_enough_info"):
            raise ValueError("a reason belongs to not_enough_info, and only there")


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A stretch of the text that claims nothing that documents could decide."""

    text: str
    span: Span
    kind: PassedOverKind


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation in the text (without its quotation marks) and whether the documents have it word for word."""

    text: str
    span: Span
    lookup: LookupResult


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A checked text: its claims in order, how many of each label, and the rest of it."""

    claims: tuple[Verdict, ...]
    summary: dict[VerdictLabel, int]
    passed_over: tuple[PassedOver, ...]
    quotations: tuple[CheckedQuotation, ...]


def summarize(claims: Sequence[Verdict]) -> dict[VerdictLabel, int]:
    """Count the verdicts by label; every label is there."""
    counts = Counter(claim.verdict for claim in claims)
    return {label: counts[label] for label in LABELS}
