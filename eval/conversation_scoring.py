"""Scores of conversations: every turn asked in its conversation against the same turn asked alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eval import metrics
from eval.anchoring import Split, quoted
from eval.conversationset import PARTS, GoldConversation, GoldTurn, Part
from eval.results import Status
from eval.scored import Quoted
from eval.scoring import citation_accuracy
from service.conversation.exchange import Understood
from service.quotes import Citation

Measure = Literal["right", "answer", "citation", "refusal"]
MEASURES: dict[Measure, str] = {
    "right": "answered with a gold answer and a quote that shows its evidence; declined where no document says",
    "answer": "the answer holds a gold answer; answerable turns, declined is 0",
    "citation": "the first quote shows gold evidence; answerable turns, declined is 0",
    "refusal": "declined; unanswerable turns, asking back is 0",
}
_RESAMPLES = 10_000
_SEED = 20_120_406


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back and the invariants it broke.

    `asked_back` is a question for the reading that was meant, `error` a failure.
    """

    status: Status | Literal["asked_back"]
    answer: str | None
    citations: tuple[Citation, ...]
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnResult:
    """One gold turn as it went.

    `understood` and `candidates` are what was made of the message, `standalone` what it means. `scores` and
    `alone_scores` have a value for each measure the turn counts in. `agreement` is the token F1 of `understood` with
    `standalone`, `typed_agreement` that of the message. `readings` is how well the candidates cover the gold ones (0
    to 1), None unless the message is ambiguous. `wanted` are the gold answers or readings, `citations`, `quotes` and
    `violations` are those of the reply in the conversation.
    """

    conversation: str
    turn: int
    split: Split
    part: Part
    kind: str
    message: str
    standalone: str
    understood: str
    candidates: tuple[str, ...]
    status: str
    answer: str | None
    alone_status: str
    alone_answer: str | None
    scores: dict[Measure, float]
    alone_scores: dict[Measure, float]
    agreement: float
    typed_agreement: float
    readings: float | None
    wanted: tuple[str, ...]
    citations: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    evidence: tuple[Quoted, ...]
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """The same turns in the conversation and alone.

    `difference` is the former less the latter, `low` and `high` its 95 % interval (bootstrap over conversations);
    `lost` and `gained` count the turns that are worse and better in the conversation.
    """

    turns: int
    conversation: float
    alone: float
    difference: float
    low: float
    high: float
    lost: int
    gained: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How messages were understood; None without turns it could be measured on.

    `rewriting` is the mean token F1 of what follow-ups were turned into with what they mean, `as_typed` what it would
    be had they been left alone. `untouched` is the share of self-contained messages left as they are, openings too.
    `asked_back` and `readings` are about ambiguous turns; `needlessly` is the share of all others asked back.
    """

    rewriting: float | None
    as_typed: float | None
    untouched: float | None
    asked_back: float | None
    readings: float | None
    needlessly: float | None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """The figures of one kind of turn: right in the conversation, right alone, rewriting."""

    turns: int
    right: float
    alone: float
    rewriting: float


@dataclass(frozen=True, slots=True)
class ConversationFigures:
    """The figures of a run; `parts` holds for each part of the turns what can be measured on it."""

    conversations: int
    turns: dict[Part, int]
    parts: dict[Part, dict[Measure, Paired]]
    reading: Reading
    by_kind: dict[str, KindFigures]


def score_turn(
    conversation: GoldConversation, number: int, understood: Understood, reply: Reply, alone: Reply
) -> TurnResult:
    """Hold the replies to a conversation's turn `number` (from 1) against the gold."""
    turn = conversation.turns[number - 1]
    return TurnResult(
        conversation=conversation.id,
        turn=number,
        split=conversation.split,
        part=turn.part,
        kind=turn.kind,
        message=turn.message,
        standalone=turn.standalone,
        understood=understood.standalone_question,
        candidates=understood.candidates,
        status=reply.status,
        answer=reply.answer,
        alone_status=alone.status,
        alone_answer=alone.answer,
        scores=reply_scores(turn, reply),
        alone_scores=reply_scores(turn, alone),
        agreement=metrics.token_f1(understood.standalone_question, [turn.standalone]),
        typed_agreement=metrics.token_f1(turn.message, [turn.standalone]),
        readings=_coverage(turn.candidates, understood.candidates) if turn.candidates else None,
        wanted=turn.candidates or turn.answers,
        citations=tuple(citation.id for citation in reply.citations),
        quotes=quoted(reply.citations),
        evidence=quoted(turn.evidence),
        violations=reply.violations,
    )


def reply_scores(turn: GoldTurn, reply: Reply) -> dict[Measure, float]:
    """Score a reply; an answer is right as in `eval run`: it contains a gold answer, or equals one word for word."""
    if turn.candidates:
        return {}
    if turn.unanswerable:
        refused = float(reply.status == "declined")
        return {"right": refused, "refusal": refused}
    said = 0.0
    if reply.answer is not None:
        contained = metrics.contains_answer(reply.answer, turn.answers)
        said = float(contained == 1 or metrics.token_f1(reply.answer, turn.answers) == 1)
    return {
        "right": said * citation_accuracy(turn.evidence, reply.citations),
        "answer": said,
        "citation": citation_accuracy(turn.evidence, reply.citations[:1]),
    }


def _coverage(wanted: Sequence[str], candidates: Sequence[str]) -> float:
    return metrics.mean([metrics.token_f1(one, candidates) if candidates else 0.0 for one in wanted])


def summarise_conversations(results: Sequence[TurnResult]) -> ConversationFigures:
    """Reduce results (at least one) to figures."""
    parts: dict[Part, list[TurnResult]] = {part: [one for one in results if one.part == part] for part in PARTS}
    return ConversationFigures(
        conversations=len({one.conversation for one in results}),
        turns={part: len(held) for part, held in parts.items()},
        parts={part: made for part, held in parts.items() if (made := _measures(held))},
        reading=_reading(parts),
        by_kind=_by_kind([one for one in results if one.part != "ambiguous"]),
    )


def _measures(held: Sequence[TurnResult]) -> dict[Measure, Paired]:
    found = {}
    for measure in MEASURES:
        counted = [one for one in held if measure in one.scores]
        if counted:
            found[measure] = paired(
                [(one.conversation, one.scores[measure], one.alone_scores[measure]) for one in counted]
            )
    return found


def paired(scores: Sequence[tuple[str, float, float]]) -> Paired:
    """Compare (conversation, score there, score alone) triples, at least one."""
    there = metrics.mean([score for _, score, _ in scores])
    alone = metrics.mean([score for _, _, score in scores])
    low, high = _interval(scores)
    return Paired(
        turns=len(scores),
        conversation=round(there, 4),
        alone=round(alone, 4),
        difference=round(there - alone, 4),
        low=low,
        high=high,
        lost=sum(score < other for _, score, other in scores),
        gained=sum(score > other for _, score, other in scores),
    )


def _interval(scores: Sequence[tuple[str, float, float]]) -> tuple[float, float]:
    """95 % of resampled mean differences; whole conversations are drawn, for turns of one go wrong together."""
    names = sorted({name for name, _, _ in scores})
    sums, counts = np.zeros(len(names)), np.zeros(len(names))
    for name, score, other in scores:
        sums[names.index(name)] += score - other
        counts[names.index(name)] += 1
    drawn = np.random.default_rng(_SEED).integers(len(names), size=(_RESAMPLES, len(names)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def _reading(parts: dict[Part, list[TurnResult]]) -> Reading:
    follow, unclear = parts["follow_up"], parts["ambiguous"]
    alone = [*parts["self_contained"], *parts["opening"]]
    return Reading(
        rewriting=_mean(one.agreement for one in follow),
        as_typed=_mean(one.typed_agreement for one in follow),
        untouched=_mean(float(one.understood == one.message and not one.candidates) for one in alone),
        asked_back=_mean(float(bool(one.candidates)) for one in unclear),
        readings=_mean(one.readings for one in unclear if one.readings is not None),
        needlessly=_mean(float(bool(one.candidates)) for one in (*follow, *alone)),
    )


def _by_kind(results: Sequence[TurnResult]) -> dict[str, KindFigures]:
    groups: dict[str, list[TurnResult]] = {}
    for one in results:
        groups.setdefault(one.kind, []).append(one)
    return {kind: _kind_figures(held) for kind, held in sorted(groups.items())}


def _kind_figures(held: Sequence[TurnResult]) -> KindFigures:
    def average(value: Callable[[TurnResult], float]) -> float:
        return round(metrics.mean([value(one) for one in held]), 4)

    return KindFigures(
        turns=len(held),
        right=average(lambda one: one.scores["right"]),
        alone=average(lambda one: one.alone_scores["right"]),
        rewriting=average(lambda one: one.agreement),
    )


def _mean(values: Iterable[float]) -> float | None:
    held = list(values)
    return round(metrics.mean(held), 4) if held else None
