"""The training mix: which public rows are used how often, and the near misses made from them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder
from index.errors import InputError
from service.evidence.formats import PairRow, SquadRow, read_pairs, read_squad
from service.evidence.training.claims import read_examples, silent_evidence, some_as_questions
from service.evidence.training.detokenise import detokenise
from service.evidence.training.examples import Example, reading
from service.evidence.training.neighbours import find_neighbours
from service.evidence.training.perturb import change_context, change_question, entities, hide_answer
from service.evidence.training.tables import make_tables

Progress = Callable[[str, int, int], None]
Rng = random.Random
NEIGHBOURS = 12
_TITLED = 0.5


@dataclass(frozen=True, slots=True)
class Share:
    """How often each row of a source is used, and how many of those uses get an impossible twin."""

    times: float
    impossible: float
    titled: bool


# Encyclopedia paragraphs are what people check facts against and get most of the time; reviews and forum posts teach
# the same skill on other text. SubjQA's and PolicyQA's answers are long and loose, so they count little.
SHARES: dict[str, Share] = {
    "squad_v1.1_dev_articles_not_in_v2": Share(3.0, 1.0, titled=True),
    "squadshifts_new_wiki": Share(3.0, 1.0, titled=True),
    "qed": Share(2.0, 0.8, titled=True),
    "squadshifts_amazon_reviews": Share(1.3, 0.7, titled=False),
    "squadshifts_reddit": Share(1.3, 0.7, titled=False),
    "qamr": Share(1.0, 0.5, titled=False),
    "policyqa": Share(1.5, 0.6, titled=False),
    "subjqa": Share(0.4, 0.0, titled=False),
}
_OTHER = Share(2.0, 1.0, titled=True)
# Kinds of impossible twin and how often each is tried first.
TWINS = {"retrieved": 0.36, "question changed": 0.32, "paragraph changed": 0.14, "answer hidden": 0.18}
TABLE_ROWS = 16_000
VERIFIER_TIMES = 2.5
NLI_TIMES = 1.2


@dataclass(frozen=True, slots=True)
class Sources:
    """Files in public formats: SQuAD-style rows, and pairs of premise and hypothesis."""

    reader: Path
    nli: Path
    verifier: Path


def build_mix(sources: Sources, encoder: Encoder, seed: int, scale: float, on_progress: Progress) -> list[Example]:
    """Return the training examples in a fixed order; `scale` multiplies how often every source is used."""
    refused: list[InputError] = []
    rows = [repaired(row) for row in read_squad(sources.reader, refused)]
    rng = random.Random(seed)  # noqa: S311 - reproducible, nothing secret
    examples = _reading_examples(rows, encoder, scale, rng, on_progress)
    names = _names(rows)
    examples += make_tables(round(TABLE_ROWS * scale), names, rng)
    examples += _entailment_examples(
        list(read_pairs(sources.nli, refused)), list(read_pairs(sources.verifier, refused)), scale, rng, on_progress
    )
    on_progress("malformed rows left out", len(refused), len(refused))
    return examples


def _entailment_examples(
    nli: Sequence[PairRow], verifier: Sequence[PairRow], scale: float, rng: Rng, on_progress: Progress
) -> list[Example]:
    plain = read_examples(nli, "nli")
    checked = read_examples(verifier, "verifier")
    silent = silent_evidence(checked, rng, on_progress)
    return some_as_questions(
        [
            *repeated(plain, NLI_TIMES * scale, rng),
            *repeated(checked, VERIFIER_TIMES * scale, rng),
            *repeated(silent, scale, rng),
        ],
        rng,
    )


def _reading_examples(
    rows: Sequence[SquadRow], encoder: Encoder, scale: float, rng: Rng, on_progress: Progress
) -> list[Example]:
    texts = list(dict.fromkeys(row.context for row in rows))
    neighbours = find_neighbours([row.question for row in rows], texts, encoder, NEIGHBOURS, on_progress)
    titles = {row.context: row.title for row in rows if SHARES.get(row.source, _OTHER).titled}
    pools = _pools(rows)
    examples = []
    for number, row in enumerate(rows):
        share = SHARES.get(row.source, _OTHER)
        for _ in range(times_drawn(share.times * scale, rng)):
            examples.append(_titled(_plain(row, rng), titles, rng))
            if not row.is_impossible and rng.random() < share.impossible:
                twin = _twin(row, texts, neighbours[number], pools.get(row.title, []), rng)
                if twin is not None:
                    examples.append(_titled(twin, titles, rng))
        if number % 5000 == 0:
            on_progress("near misses", number, len(rows))
    return examples


def _plain(row: SquadRow, rng: Rng) -> Example:
    if row.is_impossible:
        return reading(row.question, row.context, None, relevant=None, kind="impossible by its source")
    text, start = rng.choice(row.answers)
    return reading(row.question, row.context, (start, start + len(text)), relevant=True, kind=f"answer, {row.source}")


def _twin(
    row: SquadRow, texts: Sequence[str], neighbours: npt.NDArray[np.int32], pool: Sequence[str], rng: Rng
) -> Example | None:
    answers = [text for text, _ in row.answers]
    makers: dict[str, Callable[[], Example | None]] = {
        "retrieved": lambda: _retrieved(row, texts, neighbours, rng),
        "question changed": lambda: _impossible(
            change_question(row.question, row.context, answers, pool, rng), row.context, None, "question changed"
        ),
        "paragraph changed": lambda: _impossible(
            row.question, change_context(row.question, row.context, answers, pool, rng), None, "paragraph changed"
        ),
        "answer hidden": lambda: _impossible(
            row.question, hide_answer(row.context, row.answers), False, "answer hidden"
        ),
    }
    order = sorted(TWINS, key=lambda kind: rng.random() ** (1 / TWINS[kind]), reverse=True)
    for kind in order:
        made = makers[kind]()
        if made is not None:
            return made
    return None


def _retrieved(row: SquadRow, texts: Sequence[str], neighbours: npt.NDArray[np.int32], rng: Rng) -> Example | None:
    """Pair a question with a paragraph that retrieval offers for it and that does not hold an answer's words."""
    answers = [text.casefold() for text, _ in row.answers]
    misses = [
        texts[number]
        for number in neighbours.tolist()
        if number >= 0
        and texts[number] != row.context
        and not any(text in texts[number].casefold() for text in answers)
    ]
    if not misses:
        return None
    # The nearest misses are the ones that will be met most.
    return _impossible(
        row.question, misses[min(rng.randrange(len(misses)), rng.randrange(len(misses)))], False, "retrieved"
    )


def _impossible(question: str | None, context: str | None, relevant: bool | None, kind: str) -> Example | None:
    if question is None or context is None:
        return None
    return reading(question, context, None, relevant=relevant, kind=kind)


def _titled(example: Example, titles: dict[str, str], rng: Rng) -> Example:
    title = titles.get(example.context)
    if title is None or rng.random() >= _TITLED:
        return example
    return replace(example, header=title.replace("_", " ") + "\n")


def repaired(row: SquadRow) -> SquadRow:
    """Undo the tokenisation of a row and find its answers again; a row whose answers are lost stays as it was."""
    if row.source != "qed" and "-LRB-" not in row.context:
        return row
    answers = []
    context = detokenise(row.context)
    for text, start in row.answers:
        clean = detokenise(text).strip('" ')
        place = context.find(clean, max(0, len(detokenise(row.context[:start])) - 3))
        if place < 0 or not clean:
            return row
        answers.append((clean, place))
    return replace(row, context=context, question=detokenise(row.question), answers=tuple(answers))


def _pools(rows: Sequence[SquadRow]) -> dict[str, list[str]]:
    """Return the names and numbers of each title's paragraphs, to swap details with."""
    pools: dict[str, dict[str, None]] = {}
    for context, title in {row.context: row.title for row in rows}.items():
        pools.setdefault(title, {}).update(dict.fromkeys(entities(context)[:40]))
    return {title: list(pool)[:400] for title, pool in pools.items()}


def _names(rows: Sequence[SquadRow]) -> list[str]:
    """Return names that stand in the encyclopedia paragraphs, for made-up tables."""
    found: dict[str, None] = {}
    for context in dict.fromkeys(row.context for row in rows if SHARES.get(row.source, _OTHER).titled):
        found.update(dict.fromkeys(name for name in entities(context) if not name[0].isdigit() and len(name) < 40))
    return list(found)


def repeated(examples: Sequence[Example], times: float, rng: Rng) -> list[Example]:
    """Return each example so many times; a part of a time by chance."""
    return [example for example in examples for _ in range(times_drawn(times, rng))]


def times_drawn(times: float, rng: Rng) -> int:
    """Return a whole number that is `times` on average."""
    whole = int(times)
    return whole + (rng.random() < times - whole)
