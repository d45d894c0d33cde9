"""What the model is trained on: one text held against another, and what each head should say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.evidence.formats import LABELS, Label

Task = Literal["read", "entail"]
# "unsupported" is either of neutral and contradiction: another name in a claim makes the one or the other.
Target = Label | Literal["unsupported"]
TARGETS: tuple[Target, ...] = (*LABELS, "unsupported")


@dataclass(frozen=True, slots=True)
class Example:
    """One training pair.

    `question` is a question or a claim; `header` stands before `context` as section headings do in a passage.
    `answer` is a stretch of `context` (start, end), or None where there is none. `relevant` is None where neither
    yes nor no would be true: a question with one detail changed is about the paragraph and not answered by it.
    """

    task: Task
    question: str
    header: str
    context: str
    answer: tuple[int, int] | None
    label: Target | None
    relevant: bool | None
    kind: str


def reading(
    question: str, context: str, answer: tuple[int, int] | None, *, relevant: bool | None, kind: str, header: str = ""
) -> Example:
    """Build an example for the span and relevance heads; `kind` says how it was made, for the counts in the card."""
    return Example("read", question, header, context, answer, None, relevant, kind)


def entailing(claim: str, evidence: str, label: Target, *, kind: str, header: str = "") -> Example:
    """Build an example for the entailment head."""
    return Example("entail", claim, header, evidence, None, label, None, kind)
