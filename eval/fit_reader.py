"""Fit the sentence reader on public data: python -m eval.fit_reader --squad dev.jsonl.gz.

Every paragraph becomes a document of a temporary library, so questions meet the product's own retrieval, passages and
features. Articles are split in two: one half fits the weights, the calibration and the threshold, the other half only
reports. Needs scikit-learn (a development dependency).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.datasets import SquadRow, read_squad
from index.documents import Document, Span, content_sha256
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from service.reader.features import FEATURES, describe
from service.reader.linear import WEIGHTS
from service.reader.protocol import Evidence
from service.reader.sentences import find_quotables, rarity, weigh

READ = 8
# What we expect of users: one question in four is not answered by the documents. SQuAD v2 has one in two, written to
# fool readers; its questions are weighed so that confidences and the threshold suit the former.
IMPOSSIBLE_SHARE = 0.25
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One question's candidates: features of shape (n, features), and which answer it, shape (n,)."""

    features: FloatArray
    right: npt.NDArray[np.bool_]
    answerable: bool
    fits: bool


def main() -> None:
    """Fit, report, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, required=True, help="SQuAD-style JSON lines, .gz or not")
    parser.add_argument("--every", type=int, default=2, help="use every n-th question")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    rows = list(read_squad(arguments.squad))
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), load_encoder(PACKAGED))
        ids = _index(library, rows)
        examples = [_example(library, row, ids) for row in _progress(rows[:: arguments.every])]
    content = _fit([example for example in examples if example.fits and len(example.right)])
    content["report"] = _report(content, [example for example in examples if not example.fits and len(example.right)])
    digest = hashlib.sha256(json.dumps(content["weights"]).encode()).hexdigest()
    content["fingerprint"] = f"sentence-reader-{digest[:12]}"
    arguments.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(content["report"], indent=1))  # noqa: T201 - the command's result


def _index(library: Library, rows: Sequence[SquadRow]) -> dict[str, str]:
    """Put every paragraph in and return its document id by text."""
    ids: dict[str, str] = {}
    for row in _progress(rows):
        if row.context not in ids:
            ids[row.context] = f"p{len(ids):05d}"
            title = row.title.replace("_", " ")
            library.add(Document(ids[row.context], title, row.context, content_sha256(row.context), ""))
    library.refresh()
    return ids


def _example(library: Library, row: SquadRow, ids: dict[str, str]) -> Example:
    hits = HybridRetriever(library).search(row.question, READ, None)
    evidence = [
        Evidence(library.document(hit.passage.document_id, hit.passage.version), hit.passage, hit.score) for hit in hits
    ]
    quotables = find_quotables(evidence)
    asked = library.encoder.encode([row.question])[0]
    spans = [Span(start, start + len(text)) for text, start in row.answers]
    right = [
        quotable.evidence.document.id == ids[row.context] and any(quotable.unit.overlaps(span) for span in spans)
        for quotable in quotables
    ]
    features = describe(row.question, weigh(quotables, asked, library), rarity(library))
    return Example(features, np.array(right, dtype=bool), not row.is_impossible, _in_fitting_half(row.title))


def _in_fitting_half(title: str) -> bool:
    return hashlib.sha256(title.encode()).digest()[0] % 2 == 0


def _fit(examples: Sequence[Example]) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([example.features for example in examples])
    right = np.concatenate([example.right for example in examples])
    means, scales = features.mean(axis=0), features.std(axis=0) + 1e-9
    ranker = LogisticRegression(max_iter=1000).fit((features - means) / scales, right)
    content: dict[str, Any] = {
        "features": list(FEATURES),
        "weights": ranker.coef_[0],
        "means": means,
        "scales": scales,
        "bias": float(ranker.intercept_[0]),
    }
    # Platt scaling of the best candidate's score: the confidence users see is that of the answer, not of a sentence.
    best, hit = _best(content, examples)
    answerable = np.array([example.answerable for example in examples])
    weight = _expected(answerable)
    platt = LogisticRegression(C=1e6).fit(best[:, np.newaxis], hit, sample_weight=weight)
    slope, shift = float(platt.coef_[0][0]), float(platt.intercept_[0])
    content["bias"] = content["bias"] * slope + shift
    content["weights"] = content["weights"] * slope
    confidence = 1 / (1 + np.exp(-(slope * best + shift)))
    content["threshold"] = _threshold(confidence, hit, answerable, weight)
    return {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in content.items()}


def _best(content: dict[str, Any], examples: Sequence[Example]) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return each question's best score before the sigmoid, and whether that candidate is right."""
    weights, means, scales = (np.array(content[name]) for name in ("weights", "means", "scales"))
    scores = [((example.features - means) / scales) @ weights + content["bias"] for example in examples]
    hit = [bool(example.right[np.argmax(score)]) for example, score in zip(examples, scores, strict=True)]
    return np.array([score.max() for score in scores]), np.array(hit)


def _expected(answerable: npt.NDArray[np.bool_]) -> FloatArray:
    """Return a weight per question that gives impossible ones their expected share."""
    impossible = float((~answerable).mean())
    return np.where(answerable, (1 - IMPOSSIBLE_SHARE) / (1 - impossible), IMPOSSIBLE_SHARE / impossible)


def _threshold(
    confidence: FloatArray, hit: npt.NDArray[np.bool_], answerable: npt.NDArray[np.bool_], weight: FloatArray
) -> float:
    """Return the confidence that gets most questions right: answered rightly, or declined when impossible."""
    grid = np.unique(confidence.round(3))
    right = [(weight * (((confidence >= bar) & hit) | ((confidence < bar) & ~answerable))).sum() for bar in grid]
    return float(grid[int(np.argmax(right))])


def _report(content: dict[str, Any], examples: Sequence[Example]) -> dict[str, float]:
    best, hit = _best(content, examples)
    answerable = np.array([example.answerable for example in examples])
    confidence = 1 / (1 + np.exp(-best))
    answered = confidence >= content["threshold"]
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


def _progress(rows: Sequence[SquadRow]) -> Iterable[SquadRow]:
    from rich.console import Console
    from rich.progress import track

    return track(rows, console=Console(stderr=True))


if __name__ == "__main__":
    main()
