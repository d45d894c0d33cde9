"""Fit the sentence reader on public data: python -m eval.fit_reader --train reader.jsonl.gz --threshold dev.jsonl.gz.

Every paragraph becomes a document of a temporary library, so questions meet the product's own retrieval, passages and
features. For one answerable question in three the paragraph that answers is hidden: the others are then what a user
meets whose documents do not say. Questions about another collection are put to it too: those are far off. Weights and
calibration come from the training file; the threshold from half of the articles of the other file, whose other half
only reports. Needs scikit-learn (a development dependency).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.datasets import SquadRow, read_squad
from index.documents import Document, Span, content_sha256
from index.encoder import PACKAGED, load_encoder
from index.errors import InputError
from index.library import Library
from index.retriever import HybridRetriever
from service.reader.features import FEATURES, describe
from service.reader.linear import SIGNS, WEIGHTS, LinearModel
from service.reader.protocol import Evidence
from service.reader.sentences import find_quotables, rarity, weigh

READ = 8
# What we expect of users: one question in four is not answered by the documents. SQuAD v2 has one in two, written to
# fool readers; they are weighed so that the threshold suits the former.
IMPOSSIBLE_SHARE = 0.25
HIDE_EVERY = 3
FOREIGN_EVERY = 4
# Every answer shows its quote, so a wrong one can be seen for what it is: it costs half of what a right one gains.
WRONG_COST = 0.5
RIDGE = 0.001
# Questions of real searchers, of crowd workers over news and encyclopedia articles.
SOURCES = ["qed", "squadshifts_new_wiki", "squad_v1.1_dev_articles_not_in_v2"]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One question's candidates: features of shape (n, features), and which answer it, shape (n,)."""

    features: FloatArray
    right: npt.NDArray[np.bool_]
    answerable: bool
    first_half: bool


def main() -> None:
    """Fit, report, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="SQuAD-style JSON lines, .gz or not")
    parser.add_argument("--sources", nargs="*", default=SOURCES, help="which of the training file's data sets to use")
    parser.add_argument(
        "--threshold", type=Path, required=True, help="SQuAD-style JSON lines with impossible questions"
    )
    parser.add_argument("--questions", type=int, default=3000, help="at most so many from each source")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    refused: list[InputError] = []
    train = list(read_squad(arguments.train, refused))
    print(f"{len(train)} training questions, {len(refused)} malformed ones left out")  # noqa: T201 - for the person
    examples: list[Example] = []
    asked = [
        _sample([row for row in train if row.source == source], arguments.questions) for source in arguments.sources
    ]
    for number, rows in enumerate(asked):
        foreign = asked[number - 1][: arguments.questions // FOREIGN_EVERY]
        examples += _examples(rows, foreign, hide=True)
    model = _fit(examples)
    rows = _sample(list(read_squad(arguments.threshold)), 2 * arguments.questions)
    held_out = _examples(rows, asked[0][-2 * arguments.questions // FOREIGN_EVERY :], hide=False)
    threshold = _threshold(model, [example for example in held_out if example.first_half])
    model = replace(model, threshold=threshold)
    report = _report(model, [example for example in held_out if not example.first_half])
    _write(arguments.out, model, report)
    print(json.dumps(report, indent=1))  # noqa: T201 - the command's result


def _sample(rows: Sequence[SquadRow], count: int) -> list[SquadRow]:
    """Take whole paragraphs in a fixed random order until there are `count` questions."""
    contexts = list(dict.fromkeys(row.context for row in rows))
    random.Random(0).shuffle(contexts)  # noqa: S311 - a fixed order, nothing secret
    place = {context: number for number, context in enumerate(contexts)}
    return sorted(rows, key=lambda row: place[row.context])[:count]


def _examples(rows: Sequence[SquadRow], foreign: Sequence[SquadRow], *, hide: bool) -> list[Example]:
    """Put questions to a library of their paragraphs, and `foreign` ones, which it cannot answer, to the same."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), load_encoder(PACKAGED))
        ids = _index(library, rows)
        made = [
            _example(library, row, ids, hidden=hide and not row.is_impossible and number % HIDE_EVERY == 0)
            for number, row in enumerate(_progress(rows, "questions"))
        ]
        made += [_example(library, row, ids, hidden=True) for row in _progress(foreign, "foreign questions")]
        library.close()
    return [example for example in made if len(example.right)]


def _index(library: Library, rows: Sequence[SquadRow]) -> dict[str, str]:
    """Put every paragraph in and return its document id by text."""
    ids: dict[str, str] = {}
    for row in _progress(rows, "paragraphs"):
        if row.context not in ids:
            ids[row.context] = f"p{len(ids):05d}"
            title = row.title.replace("_", " ")
            library.add(Document(ids[row.context], title, row.context, content_sha256(row.context), ""))
    library.refresh()
    return ids


def _example(library: Library, row: SquadRow, ids: dict[str, str], *, hidden: bool) -> Example:
    home = ids.get(row.context, "")
    hits = HybridRetriever(library).search(row.question, READ + 1, None)
    seen = [hit for hit in hits if not (hidden and hit.passage.document_id == home)][:READ]
    evidence = [
        Evidence(library.document(hit.passage.document_id, hit.passage.version), hit.passage, hit.score) for hit in seen
    ]
    quotables = find_quotables(evidence)
    asked = library.encoder.encode([row.question])[0]
    spans = [Span(start, start + len(text)) for text, start in row.answers]
    right = [
        quotable.evidence.document.id == home and any(quotable.unit.overlaps(span) for span in spans)
        for quotable in quotables
    ]
    features = describe(row.question, weigh(quotables, asked, library), rarity(library))
    answerable = not row.is_impossible and not hidden
    return Example(features, np.array(right, dtype=bool), answerable, _in_first_half(row.title))


def _in_first_half(title: str) -> bool:
    return hashlib.sha256(title.encode()).digest()[0] % 2 == 0


def _fit(examples: Sequence[Example]) -> LinearModel:
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([example.features for example in examples])
    means, scales = features.mean(axis=0), features.std(axis=0) + 1e-9
    ranking = _fit_ranking(
        [((example.features - means) / scales, example.right) for example in examples if example.right.any()]
    )
    unsure = LinearModel(ranking, means, scales, np.zeros(SIGNS), 0.0, 0.5, "")
    signs = np.array([unsure.signs(example.features)[2] for example in examples])
    hit = _hits(unsure, examples)
    chance = LogisticRegression(C=0.05, max_iter=5000).fit(signs, hit)
    return replace(unsure, certainty=chance.coef_[0], bias=float(chance.intercept_[0]))


def _fit_ranking(questions: Sequence[tuple[FloatArray, npt.NDArray[np.bool_]]]) -> FloatArray:
    """Return the weights that give the right candidates most of each question's softmax (conditional logit)."""
    from scipy.optimize import minimize

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, gradient = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for features, right in questions:
            scores = features @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            mass = share[right].sum() + 1e-12
            total -= float(np.log(mass)) / len(questions)
            gradient += (share - np.where(right, share / mass, 0)) @ features / len(questions)
        return total, gradient

    found: FloatArray = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x
    return found


def _hits(model: LinearModel, examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    """Return for each question whether its best candidate is right."""
    return np.array([bool(example.right[model.signs(example.features)[1]]) for example in examples])


def _confidences(model: LinearModel, examples: Sequence[Example]) -> FloatArray:
    return np.array([float(model.confidences(example.features).max()) for example in examples])


def _threshold(model: LinearModel, examples: Sequence[Example]) -> float:
    """Return the middle of the confidences that gain about the most.

    A right answer gains 1, a wrong one costs WRONG_COST, declining is 0. The gain is flat around its maximum: all
    thresholds within one standard error of the best are as good as the data can tell, and their middle is the one
    least at the mercy of the sample.
    """
    hit, confidence = _hits(model, examples), _confidences(model, examples)
    answerable = np.array([example.answerable for example in examples])
    impossible = float((~answerable).mean())
    weight = np.where(answerable, (1 - IMPOSSIBLE_SHARE) / (1 - impossible), IMPOSSIBLE_SHARE / impossible)
    grid = np.unique(confidence.round(3))
    gains = [weight * (confidence >= bar) * np.where(hit, 1, -WRONG_COST) for bar in grid]
    means = np.array([gain.mean() for gain in gains])
    best = gains[int(np.argmax(means))]
    error = best.std() / np.sqrt(len(best))
    as_good = grid[means >= best.mean() - error]
    return round(float(as_good.min() + as_good.max()) / 2, 3)


def _report(model: LinearModel, examples: Sequence[Example]) -> dict[str, float]:
    hit, confidence = _hits(model, examples), _confidences(model, examples)
    answerable = np.array([example.answerable for example in examples])
    answered = confidence >= model.threshold
    found = np.array([bool(example.right.any()) for example in examples])
    return {
        "questions": len(examples),
        "answer_among_candidates": round(float(found[answerable].mean()), 4),
        "best_candidate_right": round(float(hit[answerable].mean()), 4),
        "right_when_answerable": round(float((answered & hit)[answerable].mean()), 4),
        "answered": round(float(answered.mean()), 4),
        "precision_when_answered": round(float(hit[answered].mean()), 4),
        "refusal_precision": round(float((~answerable)[~answered].mean()), 4),
        "refusal_recall": round(float((~answered)[~answerable].mean()), 4),
    }


def _write(path: Path, model: LinearModel, report: dict[str, float]) -> None:
    fitted = {
        "features": list(FEATURES),
        "ranking": model.ranking.tolist(),
        "means": model.means.tolist(),
        "scales": model.scales.tolist(),
        "certainty": model.certainty.tolist(),
        "bias": model.bias,
        "threshold": model.threshold,
    }
    digest = hashlib.sha256(json.dumps(fitted).encode()).hexdigest()
    content = {**fitted, "fingerprint": f"sentence-reader-{digest[:12]}", "report": report}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _progress(rows: Sequence[SquadRow], description: str) -> Iterable[SquadRow]:
    from rich.console import Console
    from rich.progress import track

    return track(rows, description, console=Console(stderr=True))


if __name__ == "__main__":
    main()
