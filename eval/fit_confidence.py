"""Fit the confidence of answers on public data: python -m eval.fit_confidence --questions squad_v2_dev.jsonl.gz ...

Every paragraph becomes a document of a temporary library, so questions meet the product's own retrieval, reranking
and reading. Beside the questions that are impossible by their making, for one answerable question in six the paragraph
that answers is hidden, and questions about another collection are asked too: near misses and far ones. Everything is
fitted on one half of the articles; the other half only reports, and gives the risk-coverage curve. The temperature of
the entailment head is fitted on one half of --pairs. Needs scikit-learn and SciPy (development dependencies).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from eval.confidence import Example, Kind, curve, fit, in_first_half, report_on
from eval.metrics import token_f1
from index.documents import Document, Span, content_sha256
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from service.evidence.calibration import WEIGHTS, Calibration
from service.evidence.candidates import Candidate, find_candidates
from service.evidence.entailing import least_silent
from service.evidence.formats import LABELS, SquadRow, read_pairs, read_squad
from service.evidence.model import EvidenceModel, Pair
from service.evidence.reader import EvidenceReader, number_answers
from service.evidence.reading import evidence_for
from service.evidence.signals import SIGNALS, describe
from service.pipeline import RERANKED

# As many passages as are read for a user, unless a request says otherwise.
READ = 8
HIDE_EVERY = 6
FOREIGN_SHARE = 0.1
# A candidate is right when it shares this much of its words with a gold answer of the same paragraph.
RIGHT_F1 = 0.5
Row = TypeVar("Row")


def main() -> None:
    """Fit, report, write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True, help="SQuAD-style JSON lines with impossible ones")
    parser.add_argument("--foreign", type=Path, required=True, help="SQuAD-style JSON lines about something else")
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="premise, hypothesis, label; three-way")
    parser.add_argument("--count", type=int, default=1500, help="at most so many questions")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--curve", type=Path, help="write the risk-coverage curve here, as JSON")
    arguments = parser.parse_args()
    rows = sample(list(read_squad(arguments.questions)), arguments.count)
    foreign = sample(list(read_squad(arguments.foreign, [])), round(arguments.count * FOREIGN_SHARE))
    examples = _examples(rows, foreign)
    calibration = fit([example for example in examples if example.first_half])
    calibration = replace(calibration, temperature=_temperature(arguments.pairs))
    held_out = [example for example in examples if not example.first_half]
    report = report_on(calibration, held_out)
    _write(arguments.out, calibration, report)
    if arguments.curve:
        arguments.curve.write_text(json.dumps(curve(calibration, held_out)), encoding="utf-8")
    print(json.dumps(report, indent=1))  # noqa: T201 - the command's result


def sample(rows: Sequence[SquadRow], count: int) -> list[SquadRow]:
    """Take questions at random, in a fixed order."""
    shuffled = sorted(rows, key=lambda row: hashlib.sha256(row.id.encode()).digest())
    return shuffled[:count]


def _examples(rows: Sequence[SquadRow], foreign: Sequence[SquadRow]) -> list[Example]:
    """Put questions to a library of their paragraphs, and `foreign` ones, which it cannot answer, to the same."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), load_encoder(PACKAGED))
        ids = index_paragraphs(library, rows)
        reader = EvidenceReader()
        made = [
            _example(library, reader, row, ids, _kind(row, number))
            for number, row in enumerate(progress(rows, "questions"))
        ]
        made += [_example(library, reader, row, ids, "foreign") for row in progress(foreign, "foreign questions")]
        library.close()
    return [example for example in made if len(example.right)]


def index_paragraphs(library: Library, rows: Sequence[SquadRow]) -> dict[str, str]:
    """Put every paragraph in and return its document id by text."""
    ids: dict[str, str] = {}
    for row in progress(rows, "paragraphs"):
        if row.context not in ids:
            ids[row.context] = f"p{len(ids):05d}"
            title = row.title.replace("_", " ")
            library.add(Document(ids[row.context], title, row.context, content_sha256(row.context), ""))
    library.refresh()
    return ids


def _kind(row: SquadRow, number: int) -> Kind:
    if row.is_impossible:
        return "impossible"
    return "hidden" if number % HIDE_EVERY == 0 else "answerable"


def _example(library: Library, reader: EvidenceReader, row: SquadRow, ids: dict[str, str], kind: Kind) -> Example:
    home = ids.get(row.context, "")
    hits = HybridRetriever(library).search(row.question, RERANKED + 1, None)
    seen = [hit for hit in hits if kind != "hidden" or hit.passage.document_id != home][:RERANKED]
    evidence = evidence_for(library, seen)
    candidates = find_candidates(reader.rank(row.question, evidence)[:READ])
    right = [kind == "answerable" and is_right(candidate, row, home) for candidate in candidates]
    return Example(
        describe(row.question, candidates),
        tuple(number_answers(candidates)),
        np.array(right, dtype=bool),
        kind,
        in_first_half(row.title),
    )


def is_right(candidate: Candidate, row: SquadRow, home: str) -> bool:
    """Whether the candidate overlaps a gold answer in its paragraph and says about the same."""
    reading = candidate.reading
    if reading.document.id != home:
        return False
    spans = [Span(start, start + len(text)) for text, start in row.answers]
    best = token_f1(reading.text, [text for text, _ in row.answers])
    return best >= RIGHT_F1 and any(reading.answer.overlaps(span) for span in spans)


def _temperature(paths: Sequence[Path]) -> float:
    """Return what the entailment logits are divided by so that their softmax is calibrated (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    rows = [row for path in paths for row in read_pairs(path) if hashlib.sha256(row.id.encode()).digest()[0] % 2 == 0]
    judged = EvidenceModel().judge([Pair(row.hypothesis, "", row.premise) for row in progress(rows, "pairs")])
    logits = np.array([least_silent(windows).entailment for windows in judged])
    labels = np.array([LABELS.index(row.label) for row in rows])

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        return float(-(scaled[np.arange(len(labels)), labels] - np.logaddexp.reduce(scaled, axis=1)).mean())

    return round(float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x), 3)


def _write(path: Path, calibration: Calibration, report: dict[str, float]) -> None:
    fitted = {
        "signals": list(SIGNALS),
        "ranking": calibration.ranking.tolist(),
        "means": calibration.means.tolist(),
        "scales": calibration.scales.tolist(),
        "certainty": calibration.certainty.tolist(),
        "bias": calibration.bias,
        "threshold": calibration.threshold,
        "temperature": calibration.temperature,
    }
    digest = hashlib.sha256(json.dumps(fitted).encode()).hexdigest()
    content = {**fitted, "fingerprint": f"calibration-{digest[:12]}", "report": report}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def progress(rows: Sequence[Row], description: str) -> Iterable[Row]:
    """Show a bar on stderr while the rows are gone through."""
    from rich.console import Console
    from rich.progress import track

    return track(rows, description, console=Console(stderr=True))


if __name__ == "__main__":
    main()
