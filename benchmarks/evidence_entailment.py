"""How well a model tells what a passage says of a claim, on six public sets: python -m benchmarks.evidence_entailment.

As a command it measures the packaged verifier, or with `--model FILE` another graph; benchmarks.evidence measures the
evidence model with the same code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.judging import Figure, judged, sample, table
from eval import metrics
from service.evidence.formats import LABELS, Label, read_pairs
from service.evidence.model import VERIFIER_FILE, EvidenceModel, FloatArray, Pair, WindowLogits
from service.evidence.training.detokenise import detokenise
from service.lines import read_lines, text_field

_TWO: tuple[Label, ...] = ("entailment", "contradiction")
ATTRIBUTABLE = {"attributable": True, "not attributable": False}


@dataclass(frozen=True, slots=True)
class PairSet:
    """A set of pairs: which labels it knows (the likeliest of them is the model's), and what accuracy was asked.

    `tokenised` sets ("-LRB-", blanks before commas) are put back as people write: no document comes like that.
    """

    name: str
    file: str
    labels: tuple[Label, ...]
    asked: float
    tokenised: bool = False


SETS = (
    PairSet("FEVER-Symmetric dev", "fever_symmetric_dev.jsonl.gz", _TWO, 0.82, tokenised=True),
    PairSet("FM2 dev", "fm2_dev.jsonl.gz", _TWO, 0.70),
    PairSet("Check-COVID dev", "checkcovid_dev.jsonl.gz", LABELS, 0.62),
    PairSet("SciFact dev", "scifact_dev.jsonl.gz", LABELS, 0.68),
    PairSet("Linguist in the loop val", "ling_in_loop_val.jsonl.gz", LABELS, 0.70),
)
ATTRIBUTION = "attributionbench_dev.jsonl.gz"


def main() -> None:
    """Print a table of the verifier's figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder with bench/")
    parser.add_argument("--model", type=Path, default=VERIFIER_FILE, help="an ONNX file instead of the packaged one")
    parser.add_argument("--limit", type=int, help="at most so many rows of each set, for a quick look")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    checksum = hashlib.sha256(options.model.read_bytes()).hexdigest()
    figures = entailment(EvidenceModel(options.model, checksum), options.shared / "bench" / "verify", options.limit)
    if options.json:
        content = {"sha256": checksum, "limit": options.limit, "figures": [asdict(figure) for figure in figures]}
        options.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"{options.model.name}, SHA-256 {checksum[:12]}\n\n{table(figures)}")


def entailment(model: EvidenceModel, folder: Path, limit: int | None = None) -> list[Figure]:
    """Measure every set in `folder`."""
    figures = [label_accuracy(model, pair_set, folder / pair_set.file, limit) for pair_set in SETS]
    return [*figures, *attribution(model, folder / ATTRIBUTION, limit)]


def label_accuracy(model: EvidenceModel, pair_set: PairSet, path: Path, limit: int | None = None) -> Figure:
    """Measure how often the likeliest of the set's labels is the right one."""
    rows = sample(list(read_pairs(path)), limit)
    clean: Callable[[str], str] = detokenise if pair_set.tokenised else str
    pairs = [_pair(clean(row.hypothesis), clean(row.premise)) for row in rows]
    places = [LABELS.index(label) for label in pair_set.labels]
    told = [
        pair_set.labels[int(np.argmax(deciding(windows)[places]))] for windows in judged(model, pairs, pair_set.name)
    ]
    right = [float(label == row.label) for label, row in zip(told, rows, strict=True)]
    ways = "entailment or contradiction" if pair_set.labels == _TWO else "three labels"
    note = ", detokenised" if pair_set.tokenised else ""
    return Figure(f"{pair_set.name} ({ways}{note}): accuracy", len(rows), metrics.mean(right), pair_set.asked)


def attribution(model: EvidenceModel, path: Path, limit: int | None = None) -> list[Figure]:
    """Measure AttributionBench: a statement is attributable where entailment is the likeliest of three labels."""
    rows = sample(_attributions(path), limit)
    truth = [attributable for _, attributable in rows]
    told = [
        LABELS[int(np.argmax(deciding(windows)))] == "entailment"
        for windows in judged(model, [pair for pair, _ in rows], "AttributionBench dev")
    ]
    right = [float(one == other) for one, other in zip(told, truth, strict=True)]
    return [
        Figure("AttributionBench dev: accuracy", len(rows), metrics.mean(right)),
        Figure("AttributionBench dev: macro-F1", len(rows), macro_f1(told, truth)),
    ]


def deciding(windows: Sequence[WindowLogits]) -> FloatArray:
    """Return the entailment logits of the window that says most about the claim: the least neutral one."""
    return min((window.entailment for window in windows), key=_neutral)


def macro_f1(told: Sequence[bool], truth: Sequence[bool]) -> float:
    """Mean of the F1 of "yes" and the F1 of "no", 0 for an answer neither given nor right."""
    pairs = list(zip(told, truth, strict=True))
    scores = []
    for answer in (True, False):
        both = pairs.count((answer, answer))
        either = sum((one == answer) + (other == answer) for one, other in pairs)
        scores.append(2 * both / either if either else 0.0)
    return metrics.mean(scores)


def _neutral(logits: FloatArray) -> float:
    shares = np.exp(logits - logits.max())
    return float(shares[LABELS.index("neutral")] / shares.sum())


def _pair(claim: str, evidence: str) -> Pair:
    return Pair(claim, "", evidence)


def _attributions(path: Path) -> list[tuple[Pair, bool]]:
    """Read AttributionBench, whose labels are not those of inference sets."""
    rows = []
    for line in read_lines(path):
        row = line.json_object()
        label = text_field(row, "label", line)
        if label not in ATTRIBUTABLE:
            raise line.refuse(f"label is {label!r}; write one of {', '.join(ATTRIBUTABLE)}")
        pair = _pair(text_field(row, "hypothesis", line), text_field(row, "premise", line))
        rows.append((pair, ATTRIBUTABLE[label]))
    return rows


if __name__ == "__main__":
    main()
