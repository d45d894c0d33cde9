"""The verifier's training mix: public pairs of claim and evidence, and claims made from public questions and rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from index.errors import InputError
from service.evidence.formats import PairRow, read_pairs, read_squad
from service.evidence.training.claims import read_examples, silent_evidence, some_as_questions
from service.evidence.training.examples import Example, entailing
from service.evidence.training.mix import Sources, repaired, repeated, times_drawn
from service.evidence.training.perturb import change_claim, change_evidence, entities
from service.evidence.training.verifying.asked import claims_from, find_sources
from service.evidence.training.verifying.headings import headed
from service.evidence.training.verifying.rivals import rival_examples
from service.evidence.training.verifying.rows import claims_about_rows
from service.evidence.training.verifying.written import read_written, written_examples

Progress = Callable[[str, int, int], None]
Rng = random.Random
# How often the rows of a source are used. Pictures' captions (SNLI) call any other scene a contradiction, where a
# search brings up sentences that are about something else; they count little.
NLI_TIMES = {"snli_dev": 0.4, "cad_snli_train": 0.6}
_NLI = 1.6
VERIFIER_TIMES = 4.0
SILENT_TIMES = 1.5
EDITED_TIMES = 1.5
# How often the claims made from a source's questions are drawn: of those whose texts state facts.
QUESTION_TIMES = {
    "squad_v1.1_dev_articles_not_in_v2": 4.0,
    "squadshifts_new_wiki": 4.0,
    "qed": 4.0,
    "qamr": 1.5,
    "squadshifts_amazon_reviews": 0.0,
    "squadshifts_reddit": 0.0,
    "policyqa": 0.0,
    "subjqa": 0.0,
}
_OTHER = 2.0
# Whose titles are no headings of their texts.
_UNTITLED = frozenset({"qamr"})
ROW_CLAIMS = 20_000


def build_mix(sources: Sources, seed: int, scale: float, written: int, on_progress: Progress) -> list[Example]:
    """Return the training examples in a fixed order.

    `scale` multiplies how often every public source is used; the written claims are used `written` times.
    """
    refused: list[InputError] = []
    rng = random.Random(seed)  # noqa: S311 - reproducible, nothing secret
    pairs = _pairs(
        list(read_pairs(sources.nli, refused)), list(read_pairs(sources.verifier, refused)), scale, rng, on_progress
    )
    rows = [
        repaired(row)
        for row in read_squad(sources.reader, refused)
        for _ in range(times_drawn(QUESTION_TIMES.get(row.source, _OTHER) * scale, rng))
    ]
    asked = list(claims_from(find_sources(rows, _UNTITLED), rng, on_progress))
    names = _names([row.context for row in rows if row.source not in _UNTITLED])
    pairs = [headed(example, rng.choice(names), names, rng) for example in pairs]
    edited = with_changed_details([one for one in asked if rng.random() < 0.4 * EDITED_TIMES], rng)
    examples = some_as_questions([*pairs, *asked, *edited], rng)
    examples += claims_about_rows(round(ROW_CLAIMS * scale), names, rng)
    passages = list(read_written()) if written else []
    for _ in range(written):
        examples += (*written_examples(passages, rng), *rival_examples(passages, rng))
    on_progress("malformed rows left out", len(refused), len(refused))
    return examples


def _pairs(
    nli: Sequence[PairRow], verifier: Sequence[PairRow], scale: float, rng: Rng, on_progress: Progress
) -> list[Example]:
    plain = [
        example
        for row, example in zip(nli, read_examples(nli, "nli"), strict=True)
        for _ in range(times_drawn(NLI_TIMES.get(row.source, _NLI) * scale, rng))
    ]
    checked = read_examples(verifier, "verifier")
    silent = silent_evidence(checked, rng, on_progress)
    return [
        *plain,
        *repeated(checked, VERIFIER_TIMES * scale, rng),
        *repeated(silent, SILENT_TIMES * scale, rng),
        *with_changed_details(repeated(checked, EDITED_TIMES * scale, rng), rng),
    ]


def with_changed_details(examples: Sequence[Example], rng: Rng) -> list[Example]:
    """Return supported claims with one detail changed, in the claim or in its evidence, so that it is not any more.

    Whole sentences match but for one number, month, opposite or name: what tells a checker from a word counter.
    """
    names = list(dict.fromkeys(name for example in examples for name in entities(example.context)))
    made = []
    for example in examples:
        if example.label != "entailment":
            continue
        pool = rng.sample(names, min(len(names), 60))
        change = change_claim if rng.random() < 0.5 else change_evidence
        changed = change(example.question, example.context, pool, rng)
        if changed is not None:
            made.append(
                entailing(changed.claim, changed.evidence, changed.label, kind="detail changed", header=example.header)
            )
    return made


def _names(texts: Sequence[str]) -> list[str]:
    found = dict.fromkeys(name for text in dict.fromkeys(texts) for name in entities(text))
    return [name for name in found if not name[0].isdigit() and 3 < len(name) < 40 and "," not in name]
